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

/** The name the service would make: shown while the field is empty. */
export function madeName({ means, carrier }: Pick<Words, "means" | "carrier">): string {
  return [carrier.trim(), means].filter(Boolean).join(" ");
}

/**
 * What is sent when a taught one is changed: a name that was made of the old words is made anew of
 * the new ones; a name that a person gave stays.
 */
export function renamed(before: Words, now: Words): Words {
  const wasMade = before.name === madeName(before) && now.name === before.name;
  return wasMade ? { ...now, name: "" } : now;
}

/** A recording's length: 6.52 → 6.5. */
export const seconds = (length: number) => length.toFixed(1);
