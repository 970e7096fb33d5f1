import type { AnnouncementView, paths } from "../api/schema";

export type Means =
  paths["/v1/announcements"]["post"]["requestBody"]["content"]["multipart/form-data"]["means"];

/** What an announcement can mean: the commonest first, `nothing` last. */
export const MEANINGS = [
  "vacant",
  "powered_off",
  "unreachable",
  "suspended",
  "number_changed",
  "busy",
  "no_answer",
  "congestion",
  "rejected",
  "machine",
  "fax",
  "failed",
  "nothing",
] as const satisfies readonly Means[];

/** Every meaning that the service knows is in the list: this does not compile otherwise. */
const complete: Exclude<Means, (typeof MEANINGS)[number]> extends never ? true : never = true;
void complete;

/** What a person says of a recording. An empty name is made of carrier and meaning. */
export interface Words {
  means: Means;
  carrier: string;
  name: string;
}

export function wordsOf(one: AnnouncementView): Words {
  return { means: (one.meaning ?? "nothing") as Means, carrier: one.carrier, name: one.name };
}

/** A name made of carrier and meaning; `word`: the meaning in the reader's language. */
export function madeName(
  { means, carrier }: Pick<Words, "means" | "carrier">,
  word: (means: string) => string,
): string {
  return [carrier.trim(), word(means)].filter(Boolean).join(" ").slice(0, 128);
}

/** As it is sent: who gives no name gets one that can be read. */
export function titled(words: Words, word: (means: string) => string): Words {
  return words.name.trim() ? words : { ...words, name: madeName(words, word) };
}

/**
 * What is sent when a taught one is changed: a name that was made of the old words, here or by the
 * service, is made anew of the new ones; a name that a person gave stays.
 */
export function renamed(before: Words, now: Words, word: (means: string) => string): Words {
  const made = [madeName(before, word), madeName(before, (means) => means)];
  const keeps = now.name !== before.name || !made.includes(before.name);
  return titled(keeps ? now : { ...now, name: "" }, word);
}

/** A recording's length: 6.52 → 6.5. */
export const seconds = (length: number) => length.toFixed(1);
