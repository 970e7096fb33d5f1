import { describe, expect, it } from "vitest";
import { drawn, silences } from "./silence";

describe("silences", () => {
  it("are where neither side speaks for long enough", () => {
    //                one bucket a second
    const customer = [90, 0, 0, 0, 50, 0, 0, 80, 0, 0];
    const agent = [0, 0, 2, 0, 0, 70, 0, 0, 0, 3];
    expect(silences(customer, agent, 10, 2)).toEqual([
      { from: 1, to: 4 },
      { from: 8, to: 10 },
    ]);
  });

  it("are none in a call without peaks, and all of a mute one", () => {
    expect(silences([], [], 10)).toEqual([]);
    expect(silences([0, 0], [0, 0], 10)).toEqual([{ from: 0, to: 10 }]);
  });
});

describe("what is drawn", () => {
  it("fills its half with the loudest peak, and does not blow up noise", () => {
    expect(drawn([128, 64], [0, 32])).toEqual([
      [1, 0.5],
      [0, 0.25],
    ]);
    expect(drawn([2], [1])[0][0]).toBeLessThan(0.2);
  });
});
