import { describe, expect, it } from "vitest";
import { shareOf } from "./progress";

describe("an import's progress", () => {
  it("is never said to be whole while it runs", () => {
    expect(shareOf({ state: "running", rows_done: 500, rows_total: 400 })).toBe(99);
    expect(shareOf({ state: "running", rows_done: 100, rows_total: 400 })).toBe(25);
    expect(shareOf({ state: "running", rows_done: 100, rows_total: null })).toBe(0);
    expect(shareOf({ state: "done", rows_done: 1, rows_total: 1 })).toBe(100);
    expect(shareOf({ state: "failed", rows_done: 1, rows_total: 100 })).toBe(100);
  });
});
