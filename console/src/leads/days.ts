/** Appointments in days, as the one who looks has them on the wall. */

export interface Day<Row> {
  /** YYYY-MM-DD where the browser is, or “late” for what should have been dialled before today. */
  day: string;
  rows: Row[];
}

/** The day of a moment where the browser is, YYYY-MM-DD. */
export function dayOf(moment: Date): string {
  return moment.toLocaleDateString("en-CA");
}

/** Rows in the order they came, day by day; what is of a day before today is late. */
export function byDay<Row extends { due_at: string }>(rows: readonly Row[], now: Date): Day<Row>[] {
  const today = dayOf(now);
  const days: Day<Row>[] = [];
  for (const row of rows) {
    const due = dayOf(new Date(row.due_at));
    const day = due < today ? "late" : due;
    const last = days.at(-1);
    if (last?.day === day) last.rows.push(row);
    else days.push({ day, rows: [row] });
  }
  return days;
}

/** Midnight at which a day (YYYY-MM-DD) begins where the browser is; null when it is none. */
export function beginOf(day: string, later = 0): Date | null {
  const parts = day
    .match(/^(\d{4})-(\d{2})-(\d{2})$/)
    ?.slice(1)
    .map(Number);
  if (!parts) return null;
  const [year = 0, month = 1, date = 1] = parts;
  const begin = new Date(year, month - 1, date + later);
  return Number.isNaN(begin.getTime()) ? null : begin;
}
