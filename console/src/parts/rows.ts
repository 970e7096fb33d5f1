export type Sortable = string | number | boolean | null | undefined;
export type Direction = "ascending" | "descending";

const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** A sorted copy; what is not known comes last, whichever way. */
export function sorted<Row>(
  rows: readonly Row[],
  value: (row: Row) => Sortable,
  direction: Direction,
): Row[] {
  const way = direction === "ascending" ? 1 : -1;
  return [...rows].sort((left, right) => {
    const [a, b] = [value(left), value(right)];
    const [noA, noB] = [a === null || a === undefined, b === null || b === undefined];
    if (noA || noB) return Number(noA) - Number(noB);
    if (typeof a === "string" || typeof b === "string") {
      return way * words.compare(String(a), String(b));
    }
    return way * (Number(a) - Number(b));
  });
}

/** Rows of which every word wanted is found in some cell. */
export function filtered<Row>(
  rows: readonly Row[],
  wanted: string,
  cells: (row: Row) => Sortable[],
): Row[] {
  const needles = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!needles.length) return [...rows];
  return rows.filter((row) => {
    const hay = cells(row).join("\n").toLocaleLowerCase();
    return needles.every((needle) => hay.includes(needle));
  });
}
