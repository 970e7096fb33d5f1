import { api, ok } from "../api/client";
import { phoneReady } from "../phone";

/** How a supervisor is in a call: hears both; is heard by the agent; is heard by both. */
export type How = "listen" | "whisper" | "barge";
export type Forced = "ready" | "not_ready" | "signed_out";

const at = (name: string) => ({ params: { path: { name } } });

/** What a supervisor does with one agent, by sign-in name. Each is audited. Throws Fault. */
export const supervise = {
  hear: async (agent: string, how: How) => {
    await phoneReady();
    return ok(api.POST(`/v1/floor/agents/{name}/${how}`, at(agent)));
  },
  takeOver: async (agent: string) => {
    await phoneReady();
    return ok(api.POST("/v1/floor/agents/{name}/take-over", at(agent)));
  },
  stop: (agent: string) => ok(api.DELETE("/v1/floor/agents/{name}/listen", at(agent))),
  hangUp: (agent: string) => ok(api.POST("/v1/floor/agents/{name}/hang-up", at(agent))),
  sendBack: (agent: string) => ok(api.POST("/v1/floor/agents/{name}/send-back", at(agent))),
  force: (agent: string, state: Forced, reason = "") =>
    ok(api.PUT("/v1/floor/agents/{name}/state", { ...at(agent), body: { state, reason } })),
  message: (agents: string[], text: string) =>
    ok(api.POST("/v1/floor/messages", { body: { agents, all: false, text } })),
};
