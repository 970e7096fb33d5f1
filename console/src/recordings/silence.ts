/** A stretch of a call, in seconds. */
export interface Stretch {
  from: number;
  to: number;
}

/** Peaks of 0…255 below this are no speech: about −36 dB of full scale. */
export const QUIET = 4;
const SHORTEST = 2;

/** Where both sides say nothing for at least `shortest` seconds. */
export function silences(
  customer: readonly number[],
  agent: readonly number[],
  seconds: number,
  shortest = SHORTEST,
): Stretch[] {
  const buckets = Math.min(customer.length, agent.length);
  if (!buckets) return [];
  const each = seconds / buckets;
  const found: Stretch[] = [];
  let began: number | null = null;
  for (let bucket = 0; bucket <= buckets; bucket += 1) {
    const quiet =
      bucket < buckets && (customer[bucket] ?? 0) < QUIET && (agent[bucket] ?? 0) < QUIET;
    if (quiet) began ??= bucket;
    else if (began !== null) {
      if ((bucket - began) * each >= shortest)
        found.push({ from: began * each, to: bucket * each });
      began = null;
    }
  }
  return found;
}

/** Peaks of 0…255 as wavesurfer draws them, 0…1; the louder side fills its half. */
export function drawn(customer: readonly number[], agent: readonly number[]): [number[], number[]] {
  const top = Math.max(16, ...customer, ...agent);
  const scaled = (peaks: readonly number[]) => peaks.map((peak) => peak / top);
  return [scaled(customer), scaled(agent)];
}
