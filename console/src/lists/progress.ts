import type { ImportProgress } from "../api/schema";

/** Whether it goes on by itself: leads come, or go. */
export function lasts(job: Pick<ImportProgress, "state">): boolean {
  return job.state === "running" || job.state === "taking_back";
}

type Counted = Pick<
  ImportProgress,
  "state" | "rows_done" | "rows_total" | "accepted" | "removed" | "kept"
>;

/** How far it is, in percent; an import's whole length is an estimate while it runs. */
export function shareOf(job: Counted): number {
  if (!lasts(job)) return 100;
  const [done, total] =
    job.state === "running"
      ? [job.rows_done, job.rows_total]
      : [job.removed + job.kept, job.accepted];
  return total ? Math.min(99, Math.round((done / total) * 100)) : 0;
}
