import { holds } from "../desk/script";
import type { Step } from "./edit";

/** Where a step leads with these answers; null: the script ends here. */
export function nextOf(
  step: Step,
  answers: Record<string, string | string[]>,
  steps: readonly Step[],
): Step | null {
  const way = step.next.find((one) => holds(one.when, answers));
  return steps.find((one) => one.id === way?.go) ?? null;
}
