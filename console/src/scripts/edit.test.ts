import { describe, expect, it } from "vitest";
import type { ScriptContent } from "../api/schema";
import { addStep, blank, freeId, moveStep, removeStep, withStep } from "./edit";

function grown(): ScriptContent {
  const [two] = addStep(blank("Hello"), "step1");
  const [three] = addStep(two, "step2");
  return withStep(three, "step1", {
    questions: [
      { id: "q1", label: "Well?", type: "choice", options: ["yes", "no"], required: true },
    ],
    next: [
      { when: { question: "q1", is: "no" }, go: "step3" },
      { when: null, go: "step2" },
    ],
  });
}

describe("editing a script", () => {
  it("adds a step where the one before leads to it", () => {
    const [content, id] = addStep(blank("Hello"), "step1");
    expect(id).toBe("step2");
    expect(content.steps[0]?.next).toEqual([{ when: null, go: "step2" }]);
  });

  it("leaves no way to a step that is gone, nor one that asks for its answers", () => {
    const without = removeStep(grown(), "step3");
    expect(without.steps[0]?.next).toEqual([{ when: null, go: "step2" }]);
    const later = withStep(grown(), "step2", {
      next: [{ when: { question: "q1", is: "yes" }, go: "step3" }],
    });
    const beheaded = removeStep(later, "step1");
    expect(beheaded.first).toBe("step2");
    expect(beheaded.steps[0]?.next).toEqual([]);
  });

  it("changes only the order when a step is moved", () => {
    const moved = moveStep(grown(), "step1", 1);
    expect(moved.steps.map((step) => step.id)).toEqual(["step2", "step1", "step3"]);
    expect(moved.first).toBe("step1");
    expect(moveStep(grown(), "step1", -1)).toEqual(grown());
  });

  it("finds ids that are free", () => {
    expect(freeId("q", ["q1", "q3"])).toBe("q4");
    expect(freeId("q", ["q2", "q3"])).toBe("q4");
  });
});
