import { describe, expect, it } from "vitest";
import type { CampaignSettings } from "../api/schema";
import { codeOf, freeKey, rulesFor } from "./dispositions";

describe("a new disposition", () => {
  it("gets a code that the service takes and nobody has", () => {
    const form = /^[a-z][a-z0-9_]{0,31}$/;
    for (const label of ["Sold it!", "已成交", "3 months", "__", "Ümlaut größer", "x".repeat(80)])
      expect(codeOf(label, [])).toMatch(form);
    expect(codeOf("Sold it!", [])).toBe("sold_it");
    expect(codeOf("Sold it", ["sold_it", "sold_it_2"])).toBe("sold_it_3");
  });

  it("gets the first key that is free", () => {
    expect(freeKey([1, 2, null, 4])).toBe(3);
    expect(freeKey([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBeNull();
  });
});

describe("the rules of dispositions", () => {
  // biome-ignore lint/suspicious/noThenProperty: the rule's own word, and nobody awaits it
  const rule = (what: string) => Object.fromEntries([["then", what]]);
  const retry = { dispositions: { sold: rule("close"), no_disposition: rule("again") } };
  const rules = (before: string[], after: string[]) =>
    rulesFor(
      retry as unknown as CampaignSettings["retry"],
      before.map((code) => ({ code })),
      after.map((code) => ({ code })),
    ).dispositions;

  it("come with a new one, and go with one that is gone", () => {
    expect(rules(["sold"], ["sold", "other"])).toEqual({
      ...retry.dispositions,
      other: rule("close"),
    });
    expect(rules(["sold"], ["success"])).toEqual({
      no_disposition: rule("again"),
      success: rule("close"),
    });
    expect(rules(["sold"], ["sold"])).toEqual(retry.dispositions);
  });
});
