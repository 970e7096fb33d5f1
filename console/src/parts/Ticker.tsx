import { useEffect, useRef } from "react";
import { serverNow } from "../live";
import { clock } from "./time";

/** All tickers of the page turn together, once a second, without React rendering anything. */
const hands = new Set<() => void>();
let wheel: ReturnType<typeof setInterval> | undefined;

function ticking(turn: () => void): () => void {
  hands.add(turn);
  wheel ??= setInterval(() => {
    for (const hand of hands) hand();
  }, 1000);
  return () => {
    hands.delete(turn);
    if (hands.size) return;
    clearInterval(wheel);
    wheel = undefined;
  };
}

interface Props {
  /** Counts up from then (ISO 8601) … */
  since?: string | null;
  /** … or down to then. */
  until?: string | null;
  className?: string;
}

/** Time in a state, ticking in place. Width never changes but at a new digit. */
export function Ticker({ since, until, className }: Props) {
  const place = useRef<HTMLTimeElement>(null);
  useEffect(() => {
    const turn = () => {
      if (!place.current) return;
      place.current.textContent = read(since, until);
    };
    turn();
    return ticking(turn);
  }, [since, until]);
  return <time ref={place} className={className} />;
}

function read(since?: string | null, until?: string | null): string {
  if (until) return clock(Math.ceil((Date.parse(until) - serverNow()) / 1000));
  if (since) return clock((serverNow() - Date.parse(since)) / 1000);
  return "";
}
