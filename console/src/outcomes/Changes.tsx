import { Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Change } from "../api/schema";
import { useOutcomeWord } from "../parts/outcome";
import classes from "./outcomes.module.css";

/** From which outcome to which, and how often; with `examples`, a few calls and why. */
export function Changes({ changes, examples }: { changes: Change[]; examples?: boolean }) {
  const { t } = useTranslation("outcomes");
  const word = useOutcomeWord();
  return (
    <ul className={classes.changes}>
      {changes.map((change) => (
        <li key={`${change.old} ${change.new}`}>
          <span className={classes.times}>{t("times", { count: change.attempts })}</span>
          <span>{word(change.old)}</span>
          <IconArrowRight size={14} aria-label={t("becomes")} />
          <strong>{word(change.new)}</strong>
          {examples && <Examples change={change} />}
        </li>
      ))}
    </ul>
  );
}

function Examples({ change }: { change: Change }) {
  const { t } = useTranslation("outcomes");
  return (
    <details className={classes.examples}>
      <summary>{t("examples")}</summary>
      {change.examples.map((one) => (
        <p key={one.attempt_id}>
          <span className="mono">{one.attempt_id}</span>
          <span className="quiet">
            {t("was")} {one.old_reason || "–"}
          </span>
          <span>
            {t("isNow")} {one.new_reason}
          </span>
        </p>
      ))}
    </details>
  );
}

const EFFECTS = ["closed", "moved_on", "reopened", "kept"] as const;

/** What followed for leads, in words; nothing when nothing did. */
export function Leads({ leads }: { leads: Record<string, number> }) {
  const { t } = useTranslation("outcomes");
  const said = EFFECTS.filter((effect) => leads[effect]).map((effect) =>
    t(`lead.${effect}`, { count: leads[effect] }),
  );
  if (!said.length) return null;
  return (
    <Text size="sm" c="dimmed">
      {t("leads", { said: said.join(t("comma")) })}
    </Text>
  );
}
