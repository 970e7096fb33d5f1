import { describe, expect, it } from "vitest";
import { holds, lacks, nextStep, way } from "./script";
import type { Script, Step } from "./types";

const step = (id: string, next: Step["next"], questions: Step["questions"] = []): Step => ({
  id,
  title: id,
  text: "",
  questions,
  next,
});
const script: Script = {
  id: 1,
  name: "s",
  version: 1,
  first: "hello",
  steps: [
    step("hello", [
      { when: { question: "time", is: "no" }, go: "later" },
      { when: { question: "likes", is: "tea" }, go: "tea" },
      { when: null, go: "offer" },
    ]),
    step("later", []),
    step("tea", [{ when: null, go: "hello" }]),
    step("offer", [{ when: { question: "buys", is: "yes" }, go: "later" }]),
  ],
};
const ids = (steps: Step[]) => steps.map(({ id }) => id);

describe("a script", () => {
  it("takes the first branch whose condition holds", () => {
    expect(ids(way(script, {}))).toEqual(["hello", "offer"]);
    expect(ids(way(script, { time: "no", likes: ["tea"] }))).toEqual(["hello", "later"]);
    expect(ids(way(script, { buys: "yes" }))).toEqual(["hello", "offer", "later"]);
  });

  it("finds one of many options, and ends a round trip", () => {
    expect(holds({ question: "likes", is: "tea" }, { likes: ["milk", "tea"] })).toBe(true);
    expect(holds({ question: "likes", is: "te" }, { likes: "tea" })).toBe(false);
    expect(ids(way(script, { likes: ["tea"] }))).toEqual(["hello", "tea"]);
  });

  it("ends where nothing holds", () => {
    expect(nextStep(script, script.steps[3] as Step, {})).toBeNull();
  });

  it("says what is missing and what cannot be", () => {
    const asked = step(
      "q",
      [],
      [
        { id: "a", label: "", type: "text", options: [], required: true },
        { id: "b", label: "", type: "number", options: [], required: false },
        { id: "c", label: "", type: "date", options: [], required: false },
        { id: "d", label: "", type: "many", options: ["x"], required: true },
      ],
    );
    expect([...lacks(asked, { b: "3,5", c: "2030-02-28", d: [] })]).toEqual([
      ["a", "required"],
      ["d", "required"],
    ]);
    expect([...lacks(asked, { a: "x", b: "1e3", c: "2030-02-30", d: ["x"] })]).toEqual([
      ["b", "number"],
      ["c", "date"],
    ]);
  });
});
