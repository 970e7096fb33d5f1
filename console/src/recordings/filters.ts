/** What recordings are searched by, as it stands in the page's address. */
export interface Filters {
  number?: string;
  agent?: number;
  campaign?: number;
  outcome?: string;
  disposition?: string;
  /** Days as people choose them, YYYY-MM-DD, where the browser is; both included. */
  from?: string;
  to?: string;
  /** Seconds. */
  longer?: number;
  shorter?: number;
}

const NUMBERS = ["agent", "campaign", "longer", "shorter"] as const;
const WORDS = ["number", "outcome", "disposition"] as const;
const DAYS = ["from", "to"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** From an address; what makes no sense is left out. */
export function readFilters(address: URLSearchParams): Filters {
  const filters: Filters = {};
  for (const key of NUMBERS) {
    const value = address.get(key);
    if (value && Number.isFinite(Number(value)) && Number(value) >= 0) filters[key] = Number(value);
  }
  for (const key of WORDS) {
    const value = address.get(key)?.trim();
    if (value) filters[key] = value;
  }
  for (const key of DAYS) {
    const value = address.get(key);
    if (value && DAY.test(value) && !Number.isNaN(Date.parse(value))) filters[key] = value;
  }
  return filters;
}

/** Into an address, beside what else stands there. */
export function writeFilters(address: URLSearchParams, filters: Filters): URLSearchParams {
  const next = new URLSearchParams(address);
  for (const key of [...NUMBERS, ...WORDS, ...DAYS]) {
    const value = filters[key];
    if (value === undefined || value === "") next.delete(key);
    else next.set(key, String(value));
  }
  return next;
}

/** As the service is asked. Days begin at midnight where the browser is. */
export function asked(filters: Filters): Record<string, string | number> {
  const { from, to, ...rest } = filters;
  const query: Record<string, string | number> = { ...rest };
  if (from) query.from = midnight(from, 0).toISOString();
  if (to) query.to = midnight(to, 1).toISOString();
  return query;
}

function midnight(day: string, later: number): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later);
}
