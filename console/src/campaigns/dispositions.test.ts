import { describe, expect, it } from "vitest";
import { codeOf, freeKey } from "./dispositions";

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
