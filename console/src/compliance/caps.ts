import type { FrequencyCaps } from "../api/schema";

export const SPANS = ["per_day", "per_week", "per_30_days"] as const;
export type Span = (typeof SPANS)[number];

export const NONE: FrequencyCaps = { per_day: null, per_week: null, per_30_days: null };

/** Whether two sets of caps differ. */
export function changed(one: FrequencyCaps, other: FrequencyCaps): boolean {
  return SPANS.some((span) => (one[span] ?? null) !== (other[span] ?? null));
}

/** Those that are set, in order, to be put into words. */
export function inWords(caps: FrequencyCaps): [Span, number][] {
  return SPANS.flatMap((span): [Span, number][] => {
    const most = caps[span] ?? null;
    return most === null ? [] : [[span, most]];
  });
}
