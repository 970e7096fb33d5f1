import { describe, expect, it } from "vitest";
import { queryOf, readAsked, writeAsked } from "./asked";

describe("what leads are looked for by", () => {
  it("comes back from the address as it went in", () => {
    const asked = { text: "Zhang Wei", campaign: 3, state: "closed" } as const;
    expect(readAsked(writeAsked(asked))).toEqual(asked);
    expect(writeAsked({ text: "  " }).toString()).toBe("");
  });

  it("leaves out what makes no sense", () => {
    expect(readAsked(new URLSearchParams("campaign=x&state=gone&text=%20"))).toEqual({});
    expect(readAsked(new URLSearchParams("campaign=-1"))).toEqual({});
    expect(readAsked(new URLSearchParams(`text=${"9".repeat(500)}`)).text).toHaveLength(128);
  });

  it("is named as the service names it", () => {
    expect(queryOf({ campaign: 3 })).toEqual({ text: "", campaign_id: 3, state: undefined });
  });
});
