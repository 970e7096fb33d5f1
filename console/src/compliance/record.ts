import { asFault } from "../api/fault";

export interface Recorded {
  /** Numbers whose consent is kept now. */
  kept: number;
  /** Leads that wait again. */
  reopened: number;
  /** What the service would not take, and why. */
  refused: { number: string; why: string }[];
}

/** Numbers as people paste them: one a line, or with commas between; each once. */
export function numbersIn(text: string): string[] {
  return [...new Set(text.split(/[\n,;，；、]/).map((one) => one.trim()))].filter(Boolean);
}

/** Numbers in a file of text: the first cell of each line, without a heading. */
export function numbersInFile(text: string): string[] {
  const cells = text
    .split(/\r?\n/)
    .map((line) => line.split(/[,;\t]/)[0]?.replace(/["'\ufeff]/g, "") ?? "");
  return numbersIn(cells.filter((cell) => /\d{4}/.test(cell)).join("\n"));
}

/**
 * Record a consent for each, one after the other. What the service refuses is told, the others go
 * on; a service that does not answer ends it (throws).
 */
export async function recordAll(
  numbers: readonly string[],
  record: (number: string) => Promise<{ reopened: number }>,
  seen: (done: number) => void = () => {},
): Promise<Recorded> {
  const result: Recorded = { kept: 0, reopened: 0, refused: [] };
  for (const [index, number] of numbers.entries()) {
    try {
      const { reopened } = await record(number);
      result.kept += 1;
      result.reopened += reopened;
    } catch (error) {
      const fault = asFault(error);
      if (fault.status < 400 || fault.status >= 500 || fault.status === 403) throw error;
      result.refused.push({ number, why: fault.what });
    }
    seen(index + 1);
  }
  return result;
}

export type Standing = "holds" | "expired" | "withdrawn";

/** Whether a consent holds now. */
export function standing(
  consent: { withdrawn_at: string | null; expires_at: string | null },
  now: Date,
): Standing {
  if (consent.withdrawn_at !== null) return "withdrawn";
  return consent.expires_at !== null && new Date(consent.expires_at) <= now ? "expired" : "holds";
}
