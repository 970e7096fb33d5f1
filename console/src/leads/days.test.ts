import { describe, expect, it } from "vitest";
import { beginOf, dayOf } from "../parts/time";
import { byDay } from "./days";

const at = (day: number, hour: number) => ({ due_at: new Date(2030, 0, day, hour).toISOString() });

describe("appointments by day", () => {
  it("keep their order, and what is overdue comes first by itself", () => {
    const rows = [at(9, 10), at(10, 9), at(10, 17), at(12, 8)];
    const days = byDay(rows, new Date(2030, 0, 10, 12));
    expect(days.map((one) => [one.day, one.rows.length])).toEqual([
      ["late", 1],
      ["2030-01-10", 2],
      ["2030-01-12", 1],
    ]);
    expect(days.flatMap((one) => one.rows)).toEqual(rows);
    expect(byDay([], new Date())).toEqual([]);
  });

  it("begin at midnight where the browser is", () => {
    expect(beginOf("2030-01-31")?.getTime()).toBe(new Date(2030, 0, 31).getTime());
    expect(beginOf("2030-01-31", 1)?.getTime()).toBe(new Date(2030, 1, 1).getTime());
    expect(beginOf("soon")).toBeNull();
    expect(dayOf(new Date(2030, 0, 31, 23, 59))).toBe("2030-01-31");
  });
});
