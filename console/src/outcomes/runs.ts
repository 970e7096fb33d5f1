import type { Reclassification } from "../api/schema";

const DAY_MS = 86_400_000;

/** How far a run is, in percent; null: it is not known yet how many attempts there are. */
export function shareOf({
  state,
  looked,
  total,
}: Pick<Reclassification, "state" | "looked" | "total">): number | null {
  if (state === "done") return 100;
  if (total === null) return null;
  if (total === 0) return 100;
  return Math.min(100, Math.floor((100 * looked) / total));
}

/** A day as a date field shows it, where the browser is. */
export function day(at: Date): string {
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}

/** What the field begins with: a week ago. */
export const weekAgo = (now = new Date()) => day(new Date(now.getTime() - 7 * DAY_MS));

/** The day's first moment where the browser is, ISO 8601; null: no such day. */
export function midnight(text: string): string | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return null;
  const [year, month, date] = found.slice(1).map(Number) as [number, number, number];
  const at = new Date(year, month - 1, date);
  return at.getMonth() === month - 1 && at.getDate() === date ? at.toISOString() : null;
}

/** Whether this is a look ahead that could be written now. */
export function offersToWrite(run: Reclassification): boolean {
  return run.state === "done" && !run.applied && run.changed > 0;
}
