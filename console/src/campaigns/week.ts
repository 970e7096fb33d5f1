/** A calling week as people paint it: half hours of a day, and the spans that they make. */

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];
export const CELLS = 48;
const FORM = /^([01]?\d|2[0-4]):([0-5]\d)\s*[-–—~至到]\s*([01]?\d|2[0-4]):([0-5]\d)$/;

export interface Span {
  start: number;
  end: number;
}

/** "09:00-12:00, 13:00-20:00" as minutes of the day; null when it cannot be read. */
export function readSpans(text: string): Span[] | null {
  const parts = text.split(/[,;，；、]|\s{2,}/).map((part) => part.trim());
  const spans: Span[] = [];
  for (const part of parts) {
    if (!part) continue;
    const found = FORM.exec(part);
    if (!found) return null;
    const [start, end] = [minutes(found[1], found[2]), minutes(found[3], found[4])];
    if (start >= end || end > 1440) return null;
    spans.push({ start, end });
  }
  spans.sort((a, b) => a.start - b.start);
  for (let n = 1; n < spans.length; n++)
    if ((spans[n]?.start ?? 0) < (spans[n - 1]?.end ?? 0)) return null;
  return spans;
}

export function writeSpans(spans: readonly Span[]): string[] {
  return spans.map((span) => `${clock(span.start)}-${clock(span.end)}`);
}

/** Which half hours the spans touch. */
export function cellsOf(spans: readonly Span[]): boolean[] {
  return Array.from({ length: CELLS }, (_, cell) =>
    spans.some((span) => span.start < (cell + 1) * 30 && cell * 30 < span.end),
  );
}

/** The spans that painted half hours make. */
export function spansOf(cells: readonly boolean[]): Span[] {
  const spans: Span[] = [];
  for (let cell = 0; cell < CELLS; cell++) {
    if (!cells[cell]) continue;
    const last = spans.at(-1);
    if (last && last.end === cell * 30) last.end += 30;
    else spans.push({ start: cell * 30, end: cell * 30 + 30 });
  }
  return spans;
}

function minutes(hours: string | undefined, rest: string | undefined): number {
  return Number(hours) * 60 + Number(rest);
}

function clock(minute: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
