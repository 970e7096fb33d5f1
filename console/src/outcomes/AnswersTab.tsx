import { Code, Progress, Skeleton, Text } from "@mantine/core";
import { IconTags } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { LabelCounts, RunningModel } from "../api/schema";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { Panel } from "../parts/form/Panel";
import { moment } from "../parts/time";
import { useLabelCounts, useRunningModel } from "./api";
import { enough, facts, ordered } from "./labels";
import classes from "./outcomes.module.css";

/** Who answers: what agents have said of it, and which verdict runs. */
export function AnswersTab() {
  const { t } = useTranslation("outcomes");
  const counts = useLabelCounts();
  const model = useRunningModel();
  return (
    <>
      <p className={classes.says}>{t("answers.says")}</p>
      <div className={classes.panels}>
        <Panel title={t("answers.labels")}>
          <FaultText fault={counts.error} again={() => void counts.refetch()} />
          {counts.data ? (
            <Labels counts={counts.data} />
          ) : (
            !counts.error && <Skeleton height={120} />
          )}
        </Panel>
        <Panel title={t("answers.model")}>
          <FaultText fault={model.error} again={() => void model.refetch()} />
          {model.data ? <Model model={model.data} /> : !model.error && <Skeleton height={120} />}
        </Panel>
      </div>
    </>
  );
}

function Labels({ counts }: { counts: LabelCounts }) {
  const { t, i18n } = useTranslation("outcomes");
  if (!counts.calls)
    return (
      <EmptyState icon={<IconTags size={32} />} title={t("answers.none")}>
        {t("answers.noneNext")}
      </EmptyState>
    );
  return (
    <>
      <Text size="sm" fw={600}>
        {t("answers.calls", { count: counts.calls })}
        {counts.newest_at &&
          t("comma") + t("answers.newest", { at: moment(counts.newest_at, i18n.language) })}
      </Text>
      <dl className={classes.facts}>
        {ordered(counts.by_label).map(([label, number]) => (
          <div key={label}>
            <dt>{t(`answers.is.${label}`, { defaultValue: label })}</dt>
            <dd>{number}</dd>
          </div>
        ))}
      </dl>
      <Text size="sm" c="dimmed">
        {t("answers.from")}{" "}
        {ordered(counts.by_source)
          .map(([source, n]) => `${t(`answers.by.${source}`, { defaultValue: source })} ${n}`)
          .join(t("comma"))}
      </Text>
      <h3 className={classes.heading}>{t("answers.learning")}</h3>
      <Side word={t("answers.persons")} have={counts.persons} least={counts.least} />
      <Side word={t("answers.others")} have={counts.others} least={counts.least} />
      <Text size="sm" mt={8}>
        {t(enough(counts) ? "answers.enough" : "answers.notEnough", { least: counts.least })}
      </Text>
      {enough(counts) && <Code>cti amd train</Code>}
    </>
  );
}

function Side({ word, have, least }: { word: string; have: number; least: number }) {
  const { t } = useTranslation("outcomes");
  return (
    <div className={classes.side}>
      <span>{word}</span>
      <Progress
        size="lg"
        value={Math.min(100, (100 * have) / least)}
        color={have >= least ? "var(--good)" : undefined}
        aria-label={word}
      />
      <span className={classes.length}>{t("answers.of", { have, least })}</span>
    </div>
  );
}

function Model({ model }: { model: RunningModel }) {
  const { t, i18n } = useTranslation("outcomes");
  return (
    <>
      <Text size="sm" fw={600}>
        {t(`answers.${model.source}`)}
      </Text>
      <Text size="sm" c="dimmed">
        {t(`answers.${model.source}Means`)}
      </Text>
      <dl className={classes.facts}>
        {model.trained && (
          <div>
            <dt>{t("answers.trained")}</dt>
            <dd>
              {model.trained.includes("T") ? moment(model.trained, i18n.language) : model.trained}
            </dd>
          </div>
        )}
        {model.calls !== null && (
          <div>
            <dt>{t("answers.learnt")}</dt>
            <dd>{t("answers.calls", { count: model.calls })}</dd>
          </div>
        )}
        {facts(model.figures).map(([name, value]) => (
          <div key={name}>
            <dt>{t(`answers.figure.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{t("answers.file")}</dt>
          <dd className="mono">{model.file}</dd>
        </div>
      </dl>
    </>
  );
}
