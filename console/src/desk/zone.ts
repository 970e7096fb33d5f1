/** Dates of one's wall clock in other time zones. Time zones are IANA names. */

/** How far a zone's wall clock is ahead of UTC at a moment, in ms. */
export function offsetAt(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(moment);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    of("year"),
    of("month") - 1,
    of("day"),
    of("hour"),
    of("minute"),
    of("second"),
  );
  return wall - Math.floor(moment / 1000) * 1000;
}

/**
 * The moment when a wall clock there shows this date and time; null when it is no date. A time that
 * a change to summer time leaves out becomes the one an hour later; one that comes twice, the first.
 */
export function momentThere(date: string, time: string, zone: string): Date | null {
  const wall = Date.parse(`${date}T${time}:00Z`);
  if (!/^\d\d:\d\d$/.test(time) || Number.isNaN(wall)) return null;
  if (!new Date(wall).toISOString().startsWith(date)) return null;
  const candidates = [wall - 86_400_000, wall + 86_400_000]
    .map((near) => wall - offsetAt(near, zone))
    .filter((moment) => moment + offsetAt(moment, zone) === wall);
  const gap = wall - offsetAt(wall - 86_400_000, zone);
  return new Date(candidates.length ? Math.min(...candidates) : gap);
}

/** Date (2030-01-31) and time (14:05) on a wall clock there. */
export function wallClock(moment: Date, zone: string): { date: string; time: string } {
  const wall = new Date(moment.getTime() + offsetAt(moment.getTime(), zone)).toISOString();
  return { date: wall.slice(0, 10), time: wall.slice(11, 16) };
}

/** So many days from now, at a time of theirs: tomorrow at ten is { days: 1, at: "10:00" }. */
export function quick(now: Date, zone: string, choice: { days: number; at: string }): Date {
  const later = new Date(now.getTime() + choice.days * 86_400_000);
  return momentThere(wallClock(later, zone).date, choice.at, zone) ?? later;
}
