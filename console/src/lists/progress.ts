import type { ImportProgress } from "../api/schema";

/** How far an import is, in percent; its whole length is an estimate while it runs. */
export function shareOf(job: Pick<ImportProgress, "state" | "rows_done" | "rows_total">): number {
  if (job.state !== "running") return 100;
  if (!job.rows_total) return 0;
  return Math.min(99, Math.round((job.rows_done / job.rows_total) * 100));
}
