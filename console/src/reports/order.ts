import type { FeedbackOrder, ReportProgress } from "../api/schema";
import { beginOf } from "../parts/time";

export const PARTS = ["leads", "wrong", "answers", "refused"] as const;
export type LeadColumn = NonNullable<FeedbackOrder["columns"]>[number];
export const COLUMNS = [
  "reference",
  "name",
  "numbers",
  "result",
  "closed_because",
  "last_outcome",
  "disposition",
  "reason",
  "note",
  "dials",
  "last_attempt",
  "next_dial",
] as const satisfies readonly LeadColumn[];

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** A report as somebody is filling in what it shall be. Days YYYY-MM-DD, both included. */
export interface Draft {
  campaign: number | null;
  list: string | null;
  format: "xlsx" | "csv";
  part: (typeof PARTS)[number];
  from: string;
  to: string;
  columns: readonly LeadColumn[];
  fullNumbers: boolean;
  /** null: that of the page. */
  language: Language | null;
}

export const EMPTY: Draft = {
  campaign: null,
  list: null,
  format: "xlsx",
  part: "leads",
  from: "",
  to: "",
  columns: COLUMNS,
  fullNumbers: false,
  language: null,
};

/** What keeps it from being asked for: the name of a text, or null. */
export function missing(draft: Draft): "campaign" | "list" | "columns" | "days" | null {
  if (draft.campaign === null) return "campaign";
  if (draft.list === null) return "list";
  if (hasColumns(draft) && !draft.columns.length) return "columns";
  if (draft.from && draft.to && draft.from > draft.to) return "days";
  return null;
}

/** Whether the table of leads, whose columns are chosen, is in it. */
export function hasColumns({ format, part }: Pick<Draft, "format" | "part">): boolean {
  return format === "xlsx" || part === "leads";
}

/** Whether days narrow it: rows that were refused at import were never called. */
export function hasDays({ format, part }: Pick<Draft, "format" | "part">): boolean {
  return format === "xlsx" || part !== "refused";
}

/** As the service is asked. A day begins at midnight where the browser is. */
export function orderOf(draft: Draft): FeedbackOrder {
  const timed = hasDays(draft);
  const all = draft.columns.length === COLUMNS.length;
  return {
    campaign_id: draft.campaign ?? 0,
    list_name: draft.list,
    format: draft.format,
    part: draft.format === "xlsx" ? "leads" : draft.part,
    full_numbers: draft.fullNumbers,
    language: draft.language,
    since: (timed && beginOf(draft.from)?.toISOString()) || null,
    before: (timed && beginOf(draft.to, 1)?.toISOString()) || null,
    // In the order of the table, whatever order they were chosen in.
    columns: hasColumns(draft) && !all ? COLUMNS.filter((c) => draft.columns.includes(c)) : null,
  };
}

/** How much of a report is written, in percent; null when that cannot be known. */
export function shareOf({ leads, total, part, format, since, before }: ReportProgress) {
  const whole = format === "xlsx" || part === "leads" || part === "wrong";
  if (!whole || since || before || !total) return null;
  return Math.min(100, Math.round((100 * leads) / total));
}
