import { useTranslation } from "react-i18next";
import { Meaning, useMetrics } from "../../metrics";
import { count, share } from "../numbers";
import classes from "./campaigns.module.css";
import { barOf } from "./pacing";

const COLOURS: Record<string, string> = {
  answered: "var(--good)",
  abandoned: "var(--bad)",
  machine: "var(--rare)",
  busy: "var(--warn)",
  no_answer: "var(--calm)",
};
const OTHERS = ["var(--accent)", "var(--line-strong)", "var(--text-dim)"];

/** What became of the calls, as one bar with its key. */
export function Outcomes({ outcomes }: { outcomes: Record<string, number> }) {
  const { t } = useTranslation("floor");
  const { name } = useMetrics();
  const parts = barOf(outcomes).map((part, index) => ({
    ...part,
    colour: COLOURS[part.outcome] ?? OTHERS[index % OTHERS.length],
    word: t(`outcome.${part.outcome}`, { defaultValue: part.outcome }),
  }));
  if (!parts.length) return null;
  return (
    <div>
      <Meaning of="outcomes">
        <small className="quiet">{name("outcomes")}</small>
      </Meaning>
      <div className={classes.bar} aria-hidden="true">
        {parts.map(({ outcome, share: part, colour }) => (
          <span key={outcome} style={{ flexGrow: part, background: colour }} />
        ))}
      </div>
      <ul className={classes.key}>
        {parts.map((part) => (
          <li key={part.outcome}>
            <i style={{ background: part.colour }} />
            {part.word} {count(part.count)} · {share(part.share, 0)}
          </li>
        ))}
      </ul>
    </div>
  );
}
