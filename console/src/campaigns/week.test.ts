import { describe, expect, it } from "vitest";
import { cellsOf, readSpans, spansOf, writeSpans } from "./week";

describe("a day's calling times", () => {
  it("are read as people write them", () => {
    for (const text of [
      "09:00-12:00, 13:00-20:00",
      "13:00–20:00；9:00 - 12:00",
      "9:00至12:00、13:00到20:00",
    ])
      expect(writeSpans(readSpans(text) ?? [])).toEqual(["09:00-12:00", "13:00-20:00"]);
    expect(readSpans("")).toEqual([]);
    expect(writeSpans(readSpans("00:00-24:00") ?? [])).toEqual(["00:00-24:00"]);
  });

  it("are refused when they make no sense", () => {
    for (const text of [
      "9-12",
      "12:00-09:00",
      "09:00-09:00",
      "09:00-12:00, 11:00-13:00",
      "24:30-24:45",
      "x",
    ])
      expect(readSpans(text), text).toBeNull();
  });

  it("are painted, and read off what is painted", () => {
    const spans = readSpans("09:00-12:00, 13:30-14:00") ?? [];
    const cells = cellsOf(spans);
    expect(cells.filter(Boolean)).toHaveLength(7);
    expect(spansOf(cells)).toEqual(spans);
    expect(spansOf(cellsOf([]))).toEqual([]);
    expect(writeSpans(spansOf(cellsOf([{ start: 0, end: 1440 }])))).toEqual(["00:00-24:00"]);
  });
});
