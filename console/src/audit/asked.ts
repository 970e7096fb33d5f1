import type { Act } from "../api/schema";
import { clock } from "../parts/time";

/** What of the audit is shown, as it stands in the page's address. Days include both ends. */
export interface Asked {
  who?: string;
  act?: string;
  subject?: string;
  from?: string;
  to?: string;
  /** "1": also what programs do. */
  programs?: string;
}

const KEYS = ["who", "act", "subject", "from", "to", "programs"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readAsked(address: URLSearchParams): Asked {
  const found: Asked = {};
  for (const key of KEYS) {
    const value = address.get(key)?.trim();
    if (!value) continue;
    if ((key === "from" || key === "to") && (!DAY.test(value) || Number.isNaN(Date.parse(value))))
      continue;
    found[key] = value;
  }
  return found;
}

export function writeAsked(filters: Asked): URLSearchParams {
  const address = new URLSearchParams();
  for (const key of KEYS) if (filters[key]) address.set(key, filters[key]);
  return address;
}

/** As the service is asked: days begin at midnight where the browser is. */
export function asked({ from, to, programs, ...rest }: Asked): Record<string, string> {
  const query: Record<string, string> = { ...rest, people: String(!programs && !rest.who) };
  if (from) query.from = midnight(from, 0);
  if (to) query.to = midnight(to, 1);
  return query;
}

function midnight(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** How long an act lasted; null: it was over at once, or is not over. */
export function lasted(act: Pick<Act, "at" | "ended_at">): string | null {
  return act.ended_at ? clock((Date.parse(act.ended_at) - Date.parse(act.at)) / 1000) : null;
}

/** {"was": 1, "is": [2]} → was: 1, is: [2] */
export function details(all: Record<string, unknown>): string {
  return Object.entries(all)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
