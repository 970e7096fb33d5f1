import { useTranslation } from "react-i18next";
import type { FloorCall } from "../../api/schema";
import { Mark } from "../../parts/StatePill";
import { Ticker } from "../../parts/Ticker";
import { clock } from "../../parts/time";
import classes from "./heard.module.css";
import { filled, type Levels, useDeadAir, useLevels } from "./levels";

interface Props {
  agent: string;
  call: FloorCall;
  /** Whether levels may be shown. */
  measured: boolean;
}

/** Who is in a call and how loud both sides are; for how long nobody has spoken. */
export function WhoIsHeard({ agent, call, measured }: Props) {
  const { t } = useTranslation("floor");
  const levels = useLevels(agent, call.id, measured);
  const silent = useDeadAir(levels?.quiet_since ?? null);
  const state = levels?.state ?? "waiting";
  const shown = measured && (state === "on" || state === "none" || state === "waiting");
  const side = (kind: string, who: string) =>
    kind === "customer" ? "customer" : kind === "agent" && who === agent ? "agent" : null;
  return (
    <div data-testid="levels" data-state={measured ? state : undefined}>
      <ul className={classes.legs}>
        {call.legs.map((leg) => {
          const heard = shown ? side(leg.kind, leg.who) : null;
          const how = t(`how.${leg.how}`, { defaultValue: leg.how });
          return (
            <li key={leg.id}>
              <span className={classes.who}>
                {t(`leg.${leg.kind}`)} · {leg.who || "–"}
              </span>
              {heard && <Side side={heard} levels={levels} />}
              <span className={classes.since} title={how}>
                {!heard && how} <Ticker since={leg.began_at} />
              </span>
            </li>
          );
        })}
      </ul>
      {measured && (
        <p className={classes.note} data-warns={shown || undefined} data-testid="dead-air">
          {!shown && (
            <>
              <Mark shape={state === "failed" ? "cross" : "bars"} />
              {t(`levels.${state}`)}
            </>
          )}
          {shown && silent > 0 && (
            <>
              <Mark shape="triangle" />
              {t("levels.deadAir", { time: clock(silent) })}
            </>
          )}
        </p>
      )}
    </div>
  );
}

interface SideProps {
  side: "customer" | "agent";
  levels: Levels | undefined;
}

/** One meter: how loud in length, whether somebody speaks in colour, shape and word. */
function Side({ side, levels }: SideProps) {
  const { t } = useTranslation("floor");
  const db = (side === "customer" ? levels?.customer : levels?.agent_side) ?? null;
  const speaks = levels?.speaking.includes(side) ?? false;
  const word = db === null ? "–" : t(speaks ? "levels.speaks" : "levels.silent");
  return (
    <span
      className={classes.side}
      data-speaks={speaks || undefined}
      title={t(`levels.${side}Means`)}
    >
      <span className={classes.meter}>
        <meter
          className="only-read-aloud"
          aria-label={t(`leg.${side}`)}
          aria-valuetext={word}
          max={100}
          value={filled(db)}
        />
        <span className={classes.level} style={{ transform: `scaleX(${filled(db) / 100})` }} />
      </span>
      <span className={classes.word}>
        <Mark shape={speaks ? "disc" : "ring"} />
        {word}
      </span>
    </span>
  );
}
