import { describe, expect, it } from "vitest";
import { lasts, shareOf } from "./progress";

const job = { rows_done: 1, rows_total: 1, accepted: 1, removed: 0, kept: 0 };

describe("an import's progress", () => {
  it("is never said to be whole while it runs", () => {
    const running = { ...job, state: "running" } as const;
    expect(shareOf({ ...running, rows_done: 500, rows_total: 400 })).toBe(99);
    expect(shareOf({ ...running, rows_done: 100, rows_total: 400 })).toBe(25);
    expect(shareOf({ ...running, rows_done: 100, rows_total: null })).toBe(0);
    expect(shareOf({ ...job, state: "done" })).toBe(100);
    expect(shareOf({ ...job, state: "failed", rows_total: 100 })).toBe(100);
  });

  it("goes by the leads that are looked at while it is taken back", () => {
    const back = { ...job, state: "taking_back", accepted: 8 } as const;
    expect(shareOf({ ...back, removed: 1, kept: 1 })).toBe(25);
    expect(shareOf({ ...back, removed: 7, kept: 1 })).toBe(99);
    expect(shareOf({ ...back, accepted: 0 })).toBe(0);
    expect(shareOf({ ...back, state: "taken_back" })).toBe(100);
    expect([back, { state: "taken_back" } as const].map(lasts)).toEqual([true, false]);
  });
});
