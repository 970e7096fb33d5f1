/** What evidence says beside its kind, short: {is: "person", confidence: 0.912} → "is person, confidence 0.91". */
export function detailsOf(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value) && value !== "")
    .map(([key, value]) => `${key.replaceAll("_", " ")} ${word(value)}`)
    .join(", ");
}

function word(value: unknown): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : String(value);
}
