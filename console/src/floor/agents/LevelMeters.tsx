import { useTranslation } from "react-i18next";
import { Mark } from "../../parts/StatePill";
import { clock } from "../../parts/time";
import { filled, useDeadAir, useLevels } from "./levels";
import classes from "./levels.module.css";

/** Whether both sides of a call are heard, who speaks, and for how long nobody has. */
export function LevelMeters({ agent, call }: { agent: string; call: string }) {
  const { t } = useTranslation("floor");
  const levels = useLevels(agent, call);
  const silent = useDeadAir(levels?.quiet_since ?? null);
  if (levels && levels.state !== "on" && levels.state !== "none")
    return (
      <p className={classes.why} data-testid="levels" data-state={levels.state}>
        <Mark shape={levels.state === "failed" ? "cross" : "bars"} />
        {t(`levels.${levels.state}`)}
      </p>
    );
  return (
    <div className={classes.levels} data-testid="levels" data-state={levels?.state ?? "waiting"}>
      <Side side="customer" db={levels?.customer ?? null} speaking={levels?.speaking} />
      <Side side="agent" db={levels?.agent_side ?? null} speaking={levels?.speaking} />
      <p className={classes.deadAir} data-testid="dead-air">
        {silent > 0 && (
          <>
            <Mark shape="triangle" />
            {t("levels.deadAir", { time: clock(silent) })}
          </>
        )}
      </p>
    </div>
  );
}

interface SideProps {
  side: "customer" | "agent";
  /** dBFS; null: not known yet. */
  db: number | null;
  speaking: readonly string[] | undefined;
}

/** One meter: how loud in length, whether somebody speaks in colour, shape and word. */
function Side({ side, db, speaking = [] }: SideProps) {
  const { t } = useTranslation("floor");
  const speaks = speaking.includes(side);
  const word = db === null ? "–" : t(speaks ? "levels.speaks" : "levels.silent");
  return (
    <div
      className={classes.side}
      data-speaks={speaks || undefined}
      title={t(`levels.${side}Means`)}
    >
      <span>{t(`leg.${side}`)}</span>
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
    </div>
  );
}
