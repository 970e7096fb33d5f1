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
  vacant: "var(--line-strong)",
  rejected: "color-mix(in srgb, var(--bad) 50%, var(--surface))",
  powered_off: "color-mix(in srgb, var(--accent) 75%, var(--surface))",
  unreachable: "color-mix(in srgb, var(--accent) 50%, var(--surface))",
  suspended: "color-mix(in srgb, var(--accent) 30%, var(--surface))",
  number_changed: "color-mix(in srgb, var(--warn) 50%, var(--surface))",
  congestion: "color-mix(in srgb, var(--text) 60%, var(--surface))",
  fax: "color-mix(in srgb, var(--rare) 50%, var(--surface))",
  failed: "var(--text)",
};

/** What became of the calls, as one bar with its key. */
export function Outcomes({ outcomes }: { outcomes: Record<string, number> }) {
  const { t } = useTranslation("floor");
  const { name } = useMetrics();
  const parts = barOf(outcomes).map((part) => ({
    ...part,
    colour: COLOURS[part.outcome] ?? "var(--text-dim)",
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
