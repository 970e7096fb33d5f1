import { early } from "../api/early";

/** How a supervisor is in a call: hears both; is heard by the agent; is heard by both. */
export type How = "listen" | "whisper" | "barge";

/** One person's part of a call. */
export interface Leg {
  kind: "customer" | "agent" | "outside" | "supervisor";
  /** Sign-in name, or masked number. */
  who: string;
  /** answered, transferred, consulted, conferenced, listened, barged, taken_over … */
  how: string;
  began_at: string;
  ended_at: string | null;
  seconds: number | null;
}

const of = (agent: string, act: string) => `/v1/floor/agents/${encodeURIComponent(agent)}/${act}`;

export const supervise = {
  hear: (agent: string, how: How) => early("POST", of(agent, how)),
  takeOver: (agent: string) => early("POST", of(agent, "take-over")),
  stop: (agent: string) => early("DELETE", of(agent, "listen")),
  hangUp: (agent: string) => early("POST", of(agent, "hang-up")),
  sendBack: (agent: string) => early("POST", of(agent, "send-back")),
  force: (agent: string, state: "ready" | "not_ready" | "signed_out", reason = "") =>
    early("PUT", of(agent, "state"), { state, reason }),
  message: (agents: string[], text: string) =>
    early("POST", "/v1/floor/messages", { agents, text }),
  messageAll: (text: string) => early("POST", "/v1/floor/messages", { all: true, text }),
};
