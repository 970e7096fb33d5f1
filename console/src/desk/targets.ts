import type { AgentState } from "./types";

/** To whom a call may be handed, as the service says. */
export interface Targets {
  agents: { name: string; display_name: string; state: AgentState; free?: boolean }[];
  queues: { name: string; display_name?: string; waiting?: number }[];
  numbers: { number: string; name: string }[];
  /** Whether any number that is allowed to be dialled may be typed. */
  any_number?: boolean;
}

export interface Target {
  kind: "agent" | "queue" | "number";
  value: string;
  label: string;
  free: boolean;
  state?: AgentState;
  waiting?: number;
}

/** Targets whose name has what was typed; who is free comes first; a typed number comes last. */
export function found(targets: Targets, wanted: string): Target[] {
  const all: Target[] = [
    ...targets.agents.map(({ name, display_name, state, free }) => ({
      kind: "agent" as const,
      value: name,
      label: display_name || name,
      state,
      free: free ?? state === "ready",
    })),
    ...targets.queues.map(({ name, display_name, waiting }) => ({
      kind: "queue" as const,
      value: name,
      label: display_name || name,
      free: true,
      waiting,
    })),
    ...targets.numbers.map(({ number, name }) => ({
      kind: "number" as const,
      value: number,
      label: name || number,
      free: true,
    })),
  ];
  const needle = wanted.trim().toLocaleLowerCase();
  const shown = all.filter(({ label, value }) =>
    `${label}\n${value}`.toLocaleLowerCase().includes(needle),
  );
  shown.sort((a, b) => Number(b.free) - Number(a.free));
  const typed = wanted.replace(/[\s()-]/g, "");
  if (targets.any_number && /^\+?\d{3,20}$/.test(typed)) {
    shown.push({ kind: "number", value: typed, label: typed, free: true });
  }
  return shown;
}
