import { dayOf } from "../parts/time";

/** Appointments in days, as the one who looks has them on the wall. */

export interface Day<Row> {
  /** YYYY-MM-DD where the browser is, or “late” for what should have been dialled before today. */
  day: string;
  rows: Row[];
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
