type Detail = Record<string, unknown>;

/** All that evidence says beside its kind, for those who know: {is: "person", p: 0.912} → "is person, p 0.91". */
export function detailsOf(detail: Detail): string {
  return Object.entries(detail)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value) && value !== "")
    .map(([key, value]) => `${key.replaceAll("_", " ")} ${word(value)}`)
    .join(", ");
}

/** What of it everybody wants to know: what was heard or said, and how sure that is in percent. */
export function gistOf(detail: Detail): { what: string | null; sure: number | null } {
  const what = detail.meaning ?? detail.is ?? null;
  const { confidence } = detail;
  return {
    what: typeof what === "string" && what ? what : null,
    sure: typeof confidence === "number" ? Math.round(confidence * 100) : null,
  };
}

function word(value: unknown): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : String(value);
}
