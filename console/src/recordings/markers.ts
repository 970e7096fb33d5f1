import type { LegView } from "../api/schema";

/** Where somebody came into the call, in seconds of the recording. */
export interface Marker {
  at: number;
  leg: LegView;
}

/** Everybody's coming but the customer's. Clocks differ by a little: marks stay within the sound. */
export function markers(legs: readonly LegView[], startedAt: string, seconds: number): Marker[] {
  const start = Date.parse(startedAt);
  return legs
    .filter((leg) => leg.kind !== "customer")
    .map((leg) => ({ leg, at: (Date.parse(leg.began_at) - start) / 1000 }))
    .filter(({ at }) => at < seconds)
    .map(({ leg, at }) => ({ leg, at: Math.max(0, at) }))
    .sort((a, b) => a.at - b.at);
}
