import type { LabelCounts } from "../api/schema";

/** Counts with the largest first; of equal ones by name. */
export function ordered(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
}

/** Whether both sides have the calls without which nothing is learnt. */
export const enough = ({ persons, others, least }: LabelCounts) =>
  Math.min(persons, others) >= least;

/** What a model's figures say to a person; those it was not judged by are left out. */
export function facts(figures: Record<string, number>): ["lost" | "found" | "cost", string][] {
  const { persons, persons_lost, machines, machines_found, cost } = figures;
  const told: ["lost" | "found" | "cost", string][] = [];
  if (persons !== undefined && persons_lost !== undefined)
    told.push(["lost", `${persons_lost} / ${persons}`]);
  if (machines !== undefined && machines_found !== undefined)
    told.push(["found", `${machines_found} / ${machines}`]);
  if (cost !== undefined) told.push(["cost", cost.toFixed(2)]);
  return told;
}
