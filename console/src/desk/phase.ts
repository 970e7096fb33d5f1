import type { DeskView } from "./types";

/**
 * Where the call in hand is. asked: a colleague asks this agent before handing it over; alone,
 * asking, swapped, three: whom the agent of the call hears, the customer alone to begin with.
 */
export type Phase = "ringing" | "asked" | "alone" | "asking" | "swapped" | "three" | "ended";

export function phase({ agent, call }: Pick<DeskView, "agent" | "call">): Phase {
  if (!call || call.ended_at) return "ended";
  if (!call.bridged_at) return agent.state === "talking" ? "asked" : "ringing";
  if (!call.consult || call.consult.state === "gone") return "alone";
  if (call.consult.state === "held") return "swapped";
  if (call.consult.state === "talking" && !call.held) return "three";
  return "asking";
}
