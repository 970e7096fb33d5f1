import { describe, expect, it } from "vitest";
import { barOf, extended, fromSeries, type Plotted } from "./pacing";

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const point = (seconds: number, dialled: number) => ({
  at: at(seconds),
  dialled,
  ringing: 1,
  free: 2,
  budget_left: 0.5,
});

describe("a kept series", () => {
  it("tells what was dialled in the minute before each moment", () => {
    const plotted = fromSeries([point(0, 1), point(30, 2), point(59, 4), point(61, 8)]);
    expect(plotted.map((one) => one.dialled)).toEqual([1, 3, 7, 14]);
    expect(plotted[3]).toEqual({ at: 61, dialled: 14, ringing: 1, free: 2, budget: 0.5 });
  });
});

describe("a plot", () => {
  const moment = (seconds: number): Plotted => ({
    at: seconds,
    dialled: 0,
    ringing: 0,
    free: 0,
    budget: null,
  });

  it("goes on with the newest moment and forgets the oldest", () => {
    const before = [moment(0), moment(5), moment(10)];
    expect(extended(before, moment(12), 10).map((one) => one.at)).toEqual([5, 10, 12]);
  });

  it("takes no moment twice", () => {
    const before = [moment(0), moment(5)];
    expect(extended(before, moment(5), 10)).toBe(before);
  });
});

describe("the bar of outcomes", () => {
  it("begins with the answered, then the abandoned, then the most", () => {
    const bar = barOf({ busy: 1, no_answer: 5, abandoned: 1, answered: 3, fax: 0 });
    expect(bar.map((part) => part.outcome)).toEqual(["answered", "abandoned", "no_answer", "busy"]);
    expect(bar[0]?.share).toBeCloseTo(0.3);
    expect(barOf({})).toEqual([]);
  });
});
