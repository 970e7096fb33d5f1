import { expect, it } from "vitest";
import { DEAD_AIR_S, deadAir, filled } from "./levels";

it.each([
  [null, 0],
  [-90, 0],
  [-60, 0],
  [-30, 50],
  [-3, 95],
  [0, 100],
])("a level of %s dB fills %s percent of a meter", (db, percent) => {
  expect(filled(db)).toBe(percent);
});

it("says how long nobody has spoken, but not of a breath", () => {
  const since = "2026-03-02T04:00:00.250Z";
  const after = (seconds: number) => deadAir(since, Date.parse(since) + seconds * 1000);
  expect(after(0)).toBe(0);
  expect(after(DEAD_AIR_S - 0.1)).toBe(0);
  expect(after(DEAD_AIR_S)).toBe(DEAD_AIR_S);
  expect(after(12.9)).toBe(12);
  expect(after(-3)).toBe(0);
  expect(deadAir(null, Date.parse(since))).toBe(0);
});
