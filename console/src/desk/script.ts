import type { Answers, Script, Step, When } from "./types";

/** The way through a script; the service walks the same way (dialer/scripts/walk.py). */

export function holds(when: When | null | undefined, answers: Answers): boolean {
  if (!when) return true;
  const given = answers[when.question] ?? "";
  return Array.isArray(given) ? given.includes(when.is) : given === when.is;
}

/** The step that follows; null at the script's end. */
export function nextStep(script: Script, step: Step, answers: Answers): Step | null {
  const chosen = step.next.find((one) => holds(one.when, answers));
  return (chosen && script.steps.find((one) => one.id === chosen.go)) ?? null;
}

/** The steps from the first on, to the end or to a step come to before. */
export function way(script: Script, answers: Answers): Step[] {
  const steps: Step[] = [];
  let step: Step | null = script.steps.find((one) => one.id === script.first) ?? null;
  while (step && !steps.includes(step)) {
    steps.push(step);
    step = nextStep(script, step, answers);
  }
  return steps;
}

export type Lack = "required" | "number" | "date";

/** What is missing or cannot be in a step, by question. */
export function lacks(step: Step, answers: Answers): Map<string, Lack> {
  const found = new Map<string, Lack>();
  for (const question of step.questions) {
    const answer = answers[question.id];
    if (!answer?.length) {
      if (question.required) found.set(question.id, "required");
    } else if (
      question.type === "number" &&
      !/^[+-]?\d{1,30}([.,]\d{1,30})?$/.test(String(answer).trim())
    ) {
      found.set(question.id, "number");
    } else if (question.type === "date" && !isDate(String(answer))) {
      found.set(question.id, "date");
    }
  }
  return found;
}

function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) &&
    !Number.isNaN(at.getTime()) &&
    at.toISOString().startsWith(text)
  );
}
