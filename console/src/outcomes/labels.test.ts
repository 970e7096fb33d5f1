import { describe, expect, it } from "vitest";
import { enough, facts, ordered } from "./labels";

const counts = {
  calls: 90,
  by_label: {},
  by_source: {},
  persons: 40,
  others: 39,
  least: 40,
  newest_at: null,
};

describe("labels", () => {
  it("are shown with the most frequent first", () => {
    expect(ordered({ fax: 1, person: 5, ivr: 1 }).map(([label]) => label)).toEqual([
      "person",
      "fax",
      "ivr",
    ]);
  });

  it("are enough when both sides are", () => {
    expect(enough(counts)).toBe(false);
    expect(enough({ ...counts, others: 40 })).toBe(true);
    expect(enough({ ...counts, others: 99, persons: 0 })).toBe(false);
  });
});

describe("a model's figures", () => {
  it("are told as shares of what it was judged by", () => {
    const figures = { persons: 20, persons_lost: 0, machines: 30, machines_found: 12, cost: 1.256 };
    expect(facts(figures)).toEqual([
      ["lost", "0 / 20"],
      ["found", "12 / 30"],
      ["cost", "1.26"],
    ]);
    expect(facts({})).toEqual([]);
  });
});
