import type { AgentTarget, TargetsView } from "./types";

export interface Target {
  kind: "agent" | "queue" | "number";
  value: string;
  label: string;
  free: boolean;
  state?: AgentTarget["state"];
}

/** Targets whose name or number has what was typed; who is free comes first. */
export function found(
  targets: TargetsView,
  wanted: string,
  queueName: (name: string) => string = (name) => name,
): Target[] {
  const all: Target[] = [
    ...targets.agents.map(({ name, state, free }) => ({
      kind: "agent" as const,
      value: name,
      label: name,
      state,
      free,
    })),
    ...targets.queues.map((name) => ({
      kind: "queue" as const,
      value: name,
      label: queueName(name),
      free: true,
    })),
    ...targets.numbers.map(({ name, number, value }) => ({
      kind: "number" as const,
      value,
      label: name ? `${name} ${number}` : number,
      free: true,
    })),
  ];
  const needle = wanted.trim().toLocaleLowerCase();
  const shown = all.filter(({ label, value }) =>
    `${label}\n${value}`.toLocaleLowerCase().includes(needle),
  );
  return shown.sort((a, b) => Number(b.free) - Number(a.free));
}
