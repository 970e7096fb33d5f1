/** A code for a label, as the service wants them, that none of the others has. */
export function codeOf(label: string, taken: readonly string[]): string {
  const plain = label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 28);
  const base = plain || "other";
  for (let n = 1; ; n++) {
    const code = n === 1 ? base : `${base}_${n}`;
    if (!taken.includes(code)) return code;
  }
}

/** The lowest of the keys 1 to 9 that is free, if one is. */
export function freeKey(taken: readonly (number | null | undefined)[]): number | null {
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].find((key) => !taken.includes(key)) ?? null;
}
