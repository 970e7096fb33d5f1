import { useEffect, useState } from "react";
import { link, serverNow, useLinkState, useTopic } from "../../live";

/** How loud both sides of an agent's call are now (docs: the live link). */
export interface Levels {
  agent: string;
  call: string | null;
  state: "on" | "held" | "paused" | "off" | "failed" | "none";
  /** dBFS, −90 to 0; null: not known yet. */
  customer: number | null;
  /** What the customer hears, likewise. */
  agent_side: number | null;
  speaking: ("customer" | "agent")[];
  /** The last word, or when the watching began; null: somebody speaks. */
  quiet_since: string | null;
}

const LOWEST_DB = -60;
/** People draw breath and look things up: only longer silence is worth a word. */
export const DEAD_AIR_S = 4;

/** How far a meter is filled, 0…100: −60 dB is nothing, full scale is all. */
export function filled(db: number | null): number {
  return db === null ? 0 : Math.round(100 * Math.min(1, Math.max(0, 1 - db / LOWEST_DB)));
}

/** Seconds in which nobody has spoken, once that is worth saying; else 0. */
export function deadAir(quietSince: string | null, now: number): number {
  if (!quietSince) return 0;
  const seconds = Math.floor((now - Date.parse(quietSince)) / 1000);
  return seconds >= DEAD_AIR_S ? seconds : 0;
}

/** The levels of an agent's call, while this is on the page and they are wanted; undefined: none
 * have come yet. */
export function useLevels(agent: string, call: string, wanted: boolean): Levels | undefined {
  const newest = useTopic<Levels>("levels");
  const up = useLinkState() === "up";
  useEffect(() => {
    if (!wanted) return;
    link.watch(agent);
    return () => link.watch(null);
  }, [agent, wanted]);
  return up && newest?.agent === agent && newest.call === call ? newest : undefined;
}

/** `deadAir` of this moment, second by second. */
export function useDeadAir(quietSince: string | null): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const look = () => setSeconds(deadAir(quietSince, serverNow()));
    look();
    const timer = quietSince ? setInterval(look, 1000) : undefined;
    return () => clearInterval(timer);
  }, [quietSince]);
  return seconds;
}
