import type { Question, ScriptContent } from "../api/schema";

export type Step = ScriptContent["steps"][number];

/** A script that begins somewhere. */
export function blank(title: string): ScriptContent {
  return { first: "step1", steps: [{ id: "step1", title, text: "", questions: [], next: [] }] };
}

/** An id that none of the others has: step1, step2 … */
export function freeId(prefix: string, taken: readonly string[]): string {
  for (let n = taken.length + 1; ; n++) {
    const id = `${prefix}${n}`;
    if (!taken.includes(id)) return id;
  }
}

export const allQuestions = (content: ScriptContent): Question[] =>
  content.steps.flatMap((step) => step.questions);

/** The content with one step changed. */
export function withStep(content: ScriptContent, id: string, part: Partial<Step>): ScriptContent {
  return {
    ...content,
    steps: content.steps.map((step) => (step.id === id ? { ...step, ...part } : step)),
  };
}

/** A new step after `after`, which leads to it when it led nowhere. */
export function addStep(content: ScriptContent, after: string): [ScriptContent, string] {
  const id = freeId(
    "step",
    content.steps.map((step) => step.id),
  );
  const steps = content.steps.flatMap((step) => {
    if (step.id !== after) return [step];
    const leads = step.next.length ? step : { ...step, next: [{ when: null, go: id }] };
    return [leads, { id, title: "", text: "", questions: [], next: [] }];
  });
  return [{ ...content, steps }, id];
}

/** Without a step, and without the ways that led to it or asked for its answers. */
export function removeStep(content: ScriptContent, id: string): ScriptContent {
  const steps = content.steps.filter((step) => step.id !== id);
  const asked = new Set(steps.flatMap((step) => step.questions.map((one) => one.id)));
  const first = content.first === id ? (steps[0]?.id ?? "") : content.first;
  return {
    first,
    steps: steps.map((step) => ({
      ...step,
      next: step.next.filter((way) => way.go !== id && (!way.when || asked.has(way.when.question))),
    })),
  };
}

/** A step in another place; only the order on the page, no way changes. */
export function moveStep(content: ScriptContent, id: string, by: -1 | 1): ScriptContent {
  const steps = [...content.steps];
  const at = steps.findIndex((step) => step.id === id);
  const other = steps[at + by];
  const step = steps[at];
  if (!step || !other) return content;
  steps[at] = other;
  steps[at + by] = step;
  return { ...content, steps };
}
