import type { AgentView, Campaign, Trunks, UserView } from "../api/schema";

export type StepKey = "password" | "trunk" | "agent" | "campaign" | "list" | "call";

export interface Known {
  me: string;
  users: readonly Pick<UserView, "name" | "has_password">[] | undefined;
  trunks: Pick<Trunks, "items"> | undefined;
  agents: readonly AgentView[] | undefined;
  campaigns: readonly Pick<Campaign, "id">[] | undefined;
  /** Whether any campaign has a list; undefined: not known yet. */
  lists: boolean | undefined;
  called: boolean;
}

export interface GuideStep {
  key: StepKey;
  /** null: not known yet. */
  done: boolean | null;
  to: string;
}

/** What a new house needs, in order, and whether it has it. */
export function steps(known: Known): GuideStep[] {
  const own = known.users?.find((one) => one.name === known.me);
  const campaign = known.campaigns?.[0];
  return [
    { key: "password", done: known.users ? (own?.has_password ?? false) : null, to: "/me" },
    {
      key: "trunk",
      done: known.trunks ? known.trunks.items.some((one) => one.enabled) : null,
      to: "/admin/trunks",
    },
    { key: "agent", done: known.agents ? known.agents.length > 0 : null, to: "/admin/agents" },
    {
      key: "campaign",
      done: known.campaigns ? known.campaigns.length > 0 : null,
      to: "/campaigns",
    },
    {
      key: "list",
      done: known.campaigns?.length === 0 ? false : (known.lists ?? null),
      to: campaign ? `/campaigns/${campaign.id}/import` : "/campaigns",
    },
    { key: "call", done: known.called, to: "" },
  ];
}
