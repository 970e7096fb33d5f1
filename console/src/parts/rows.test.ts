import { expect, it } from "vitest";
import { filtered, sorted } from "./rows";
import { clock } from "./time";

const rows = [
  { n: 10, s: "b2" },
  { n: 9, s: "b10" },
  { n: null, s: "Ä" },
];

it("sorts numbers as numbers, words as people do, and the unknown last", () => {
  expect(sorted(rows, (r) => r.n, "ascending").map((r) => r.n)).toEqual([9, 10, null]);
  expect(sorted(rows, (r) => r.n, "descending").map((r) => r.n)).toEqual([10, 9, null]);
  expect(sorted(rows, (r) => r.s, "ascending").map((r) => r.s)).toEqual(["Ä", "b2", "b10"]);
});

it("finds rows by all words, in any cell", () => {
  expect(filtered(rows, "B 10", (r) => [r.n, r.s]).map((r) => r.s)).toEqual(["b2", "b10"]);
  expect(filtered(rows, " ", (r) => [r.s])).toHaveLength(3);
});

it("reads seconds as people do", () => {
  expect([0, 59.9, 60, 3671, -5].map(clock)).toEqual(["0:00", "0:59", "1:00", "1:01:11", "0:00"]);
});
