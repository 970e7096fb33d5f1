import { describe, expect, it } from "vitest";
import type { Reclassification } from "../api/schema";
import { day, midnight, offersToWrite, shareOf, weekAgo } from "./runs";

const run: Reclassification = {
  id: 1,
  state: "done",
  applied: false,
  since: "2026-03-01T00:00:00Z",
  campaign_id: null,
  why: "",
  by: "ann",
  looked: 10,
  total: 10,
  changed: 2,
  reworded: 0,
  unreadable: 0,
  changes: [],
  leads: {},
  error: null,
  started_at: "2026-03-02T00:00:00Z",
};

describe("how far a run is", () => {
  it("is not known before the attempts are counted", () => {
    expect(shareOf({ state: "running", looked: 0, total: null })).toBeNull();
  });

  it("is never whole while some are left, nor more when calls came meanwhile", () => {
    expect(shareOf({ state: "running", looked: 999, total: 1000 })).toBe(99);
    expect(shareOf({ state: "running", looked: 1010, total: 1000 })).toBe(100);
    expect(shareOf({ state: "stopped", looked: 1, total: 3 })).toBe(33);
  });

  it("is whole when it is done, also when there was nothing", () => {
    expect(shareOf({ state: "running", looked: 0, total: 0 })).toBe(100);
    expect(shareOf({ state: "done", looked: 3, total: 10 })).toBe(100);
  });
});

describe("the day from which on", () => {
  it("begins at midnight where the browser is", () => {
    const at = midnight("2026-03-01");
    expect(at && new Date(at).getHours()).toBe(0);
    expect(at && day(new Date(at))).toBe("2026-03-01");
  });

  it("is refused when there is no such day", () => {
    for (const text of ["", "2026-02-30", "2026-13-01", "1.3.2026"])
      expect(midnight(text)).toBeNull();
  });

  it("is a week ago at first", () => {
    expect(weekAgo(new Date(2026, 2, 3, 12))).toBe("2026-02-24");
  });
});

describe("writing what was looked at", () => {
  it("is offered after a whole look ahead that found something", () => {
    expect(offersToWrite(run)).toBe(true);
    expect(offersToWrite({ ...run, changed: 0 })).toBe(false);
    expect(offersToWrite({ ...run, applied: true })).toBe(false);
    for (const state of ["running", "stopped", "failed"] as const)
      expect(offersToWrite({ ...run, state })).toBe(false);
  });
});
