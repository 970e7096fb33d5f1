import type { CampaignSettings, Disposition } from "../api/schema";

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

type Retry = CampaignSettings["retry"];
type Rule = NonNullable<Retry["dispositions"]>[string];

// biome-ignore lint/suspicious/noThenProperty: the rule's own word, and nobody awaits it
const CLOSES = { then: "close" } as Rule;

/**
 * The retry rules that go with a changed list: a new disposition closes the lead until somebody
 * says otherwise, and one that is gone takes its own rule along.
 */
export function rulesFor(
  retry: Retry,
  before: readonly Pick<Disposition, "code">[],
  after: readonly Pick<Disposition, "code">[],
): Retry {
  const was = new Set(before.map((one) => one.code));
  const is = new Set(after.map((one) => one.code));
  const kept = Object.entries(retry.dispositions ?? {}).filter(
    ([code]) => is.has(code) || !was.has(code),
  );
  const rules = Object.fromEntries(kept) as NonNullable<Retry["dispositions"]>;
  for (const code of is) if (!was.has(code) && !rules[code]) rules[code] = CLOSES;
  return { ...retry, dispositions: rules };
}
