import type { Point } from "../../api/schema";

/** One moment of the plot. at: seconds since 1970, as uPlot counts. */
export interface Plotted {
  at: number;
  /** Calls placed in the minute before. */
  dialled: number;
  ringing: number;
  free: number;
  /** null: not known then. */
  budget: number | null;
}

const MINUTE = 60;

/** A kept series, with what was dialled in each moment's last minute. */
export function fromSeries(
  points: readonly Pick<Point, "at" | "dialled" | "ringing" | "free" | "budget_left">[],
): Plotted[] {
  let first = 0;
  let dialled = 0;
  const at = points.map((point) => Date.parse(point.at) / 1000);
  return points.map((point, index) => {
    dialled += point.dialled;
    const now = at[index] ?? 0;
    while ((at[first] ?? now) <= now - MINUTE) dialled -= points[first++]?.dialled ?? 0;
    return {
      at: now,
      dialled,
      ringing: point.ringing,
      free: point.free,
      budget: point.budget_left,
    };
  });
}

/** One more moment at the end; those older than `seconds` go. A moment that is known stays out. */
export function extended(plotted: Plotted[], next: Plotted, seconds: number): Plotted[] {
  const last = plotted.at(-1);
  if (last && next.at <= last.at) return plotted;
  return [...plotted.filter((one) => one.at > next.at - seconds), next];
}

/** Outcomes in the order of a bar: those that succeed first, then by how many there are. */
export function barOf(
  outcomes: Record<string, number>,
): { outcome: string; share: number; count: number }[] {
  const all = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  if (!all) return [];
  const rank = (outcome: string) => (outcome === "answered" ? 0 : outcome === "abandoned" ? 1 : 2);
  return Object.entries(outcomes)
    .filter(([, count]) => count > 0)
    .sort(([a, n], [b, m]) => rank(a) - rank(b) || m - n)
    .map(([outcome, count]) => ({ outcome, count, share: count / all }));
}
