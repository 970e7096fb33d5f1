/** 12345 → 12,345 in the page's language. */
export function count(value: number): string {
  return value.toLocaleString(document.documentElement.lang || "en");
}

/** 0.0312 → 3.1 %; nothing known: a dash. */
export function share(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined) return "–";
  return `${(value * 100).toFixed(digits)} %`;
}

/** 2.3 → 2.3, -0.04 → 0.0: a figure with one digit, never a negative nothing. */
export function tenths(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const rounded = Math.round(value * 10) / 10;
  return (rounded === 0 ? 0 : rounded).toFixed(1);
}
