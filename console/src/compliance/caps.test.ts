import { describe, expect, it } from "vitest";
import { changed, inWords, NONE } from "./caps";
import { EVERYONE, scopeOf } from "./whom";

describe("frequency caps", () => {
  it("differ only where a number does: unset and none are the same", () => {
    expect(changed(NONE, {})).toBe(false);
    expect(changed({ per_day: 3 }, { ...NONE, per_day: 3 })).toBe(false);
    expect(changed({ per_day: 3 }, NONE)).toBe(true);
  });

  it("are told in order, those that are set", () => {
    expect(inWords({ per_30_days: 6, per_day: 2 })).toEqual([
      ["per_day", 2],
      ["per_30_days", 6],
    ]);
    expect(inWords({})).toEqual([]);
  });
});

describe("for whom something holds", () => {
  it("is named as the service names it", () => {
    expect(scopeOf(EVERYONE)).toEqual({ client_id: null, campaign_id: null });
    expect(scopeOf("client 3")).toEqual({ client_id: 3, campaign_id: null });
    expect(scopeOf("campaign 7")).toEqual({ client_id: null, campaign_id: 7 });
  });
});
