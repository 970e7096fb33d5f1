/** Seconds as people read them: 7 → 0:07, 3671 → 1:01:11. Negative counts as nothing. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(whole / 3600);
  const m = Math.floor(whole / 60) % 60;
  return h ? `${h}:${two(m)}:${two(whole % 60)}` : `${m}:${two(whole % 60)}`;
}

/** A moment in the reader's language: today only the time, else date and time. */
export function moment(iso: string, language: string, now = new Date(), timeZone?: string): string {
  const at = new Date(iso);
  const day = (d: Date) => d.toLocaleDateString("en-CA", { timeZone });
  const today = day(at) === day(now);
  return at.toLocaleString(language === "zh" ? "zh-CN" : "en-GB", {
    timeZone,
    ...(today ? {} : { month: "short", day: "numeric" }),
    ...(today || at.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** The day of a moment where the browser is, YYYY-MM-DD. */
export function dayOf(moment: Date): string {
  return moment.toLocaleDateString("en-CA");
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
