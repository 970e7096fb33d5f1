import { Button, Group, Progress, Text, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import type { Reclassification } from "../api/schema";
import { ConfirmButton } from "../parts/ConfirmButton";
import { FaultText } from "../parts/FaultText";
import { order, stopRun, useRunsChanged } from "./api";
import { Changes, Leads } from "./Changes";
import classes from "./outcomes.module.css";
import { offersToWrite, shareOf } from "./runs";

interface Props {
  run: Reclassification;
  onBegun: (run: Reclassification) => void;
}

/** One run: how far it is, what changes, and, after a look ahead, the offer to write it. */
export function Run({ run, onBegun }: Props) {
  const { t } = useTranslation("outcomes");
  const { state, applied, changed, looked, unreadable } = run;
  const runsChanged = useRunsChanged();
  const running = state === "running";
  // The list below shows the run's end, too.
  // biome-ignore lint/correctness/useExhaustiveDependencies: told when it ends, not at every draw
  useEffect(() => {
    if (!running) runsChanged();
  }, [running]);
  return (
    <section
      className={classes.run}
      aria-label={t("again.result")}
      data-run={run.id}
      data-state={state}
    >
      <HowFar run={run} />
      <div aria-live="polite">
        <Text size="sm" fw={600}>
          {state === "stopped" && `${t("again.is.stopped")}. `}
          {t("again.lookedAt", { count: looked })}{" "}
          {t(applied ? "again.didChange" : "again.wouldChange", { count: changed })}
        </Text>
        {unreadable > 0 && <Text size="sm">{t("again.unreadable", { count: unreadable })}</Text>}
        {run.error && <FaultText fault={new Error(run.error)} />}
      </div>
      <Changes changes={run.changes} examples />
      <Leads leads={run.leads} />
      {!running && changed === 0 && (
        <Text size="sm" c="dimmed">
          {t("again.nothing")}
        </Text>
      )}
      {offersToWrite(run) && <Write run={run} onBegun={onBegun} />}
    </section>
  );
}

function HowFar({ run }: { run: Reclassification }) {
  const { t } = useTranslation("outcomes");
  const stop = useAct(() => stopRun(run.id));
  const share = shareOf(run);
  if (run.state !== "running" && run.state !== "stopped") return null;
  return (
    <Group gap={12} wrap="nowrap">
      <Progress
        className={classes.bar}
        size="lg"
        value={share ?? 0}
        animated={run.state === "running"}
        aria-label={t("again.progress")}
      />
      <span className={classes.length}>
        {share === null
          ? t("again.counting")
          : t("again.of", { looked: run.looked, total: run.total })}
      </span>
      {run.state === "running" && (
        <Button variant="default" loading={stop.busy} onClick={() => stop.act()}>
          {t("again.stop")}
        </Button>
      )}
      <FaultText fault={stop.fault} />
    </Group>
  );
}

function Write({ run, onBegun }: Props) {
  const { t } = useTranslation("outcomes");
  const [why, setWhy] = useState("");
  const write = useAct(
    () => order({ since: run.since, campaign_id: run.campaign_id }, true, why.trim()),
    onBegun,
  );
  return (
    <div>
      <Group gap={12} align="flex-end" mt={8}>
        <TextInput
          label={t("again.why")}
          placeholder={t("again.whyLike")}
          maxLength={255}
          w={320}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
        />
        <ConfirmButton
          variant="filled"
          question={t("again.really")}
          loading={write.busy}
          onConfirm={() => write.act()}
        >
          {t("again.write", { count: run.changed })}
        </ConfirmButton>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>
        {t("again.writeMeans")}
      </Text>
      <FaultText fault={write.fault} />
    </div>
  );
}
