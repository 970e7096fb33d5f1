import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { early } from "../../api/early";
import { useEvent, useTopics } from "../../live";
import type { How, Leg } from "../supervise";

/** A call of this moment in which people talk, or wait to. */
export interface LiveCall {
  id: string;
  kind: "outbound" | "inbound";
  campaign_id: number | null;
  campaign: string;
  queue: string;
  /** Masked. */
  number: string;
  /** Who has it; null: nobody yet, or somebody who is no agent. */
  agent: string | null;
  began_at: string;
  answered_at: string | null;
  held: boolean;
  recording: "on" | "paused" | "off";
  legs: Leg[];
}

/** Somebody hears an agent's call. */
export interface Heard {
  who: string;
  agent: string;
  how: How;
  since: string;
}

const CALLS = ["floor", "calls"] as const;
const LISTENING = ["floor", "listening"] as const;

/** Calls of this moment: asked for again whenever the link tells that one has moved. */
export function useLiveCalls(): UseQueryResult<LiveCall[]> {
  useAgainWhenCallsMove(CALLS);
  return useQuery({ queryKey: CALLS, queryFn: () => early<LiveCall[]>("GET", "/v1/floor/calls") });
}

/** Who hears whom. */
export function useListening(): UseQueryResult<Heard[]> {
  useAgainWhenCallsMove(LISTENING);
  return useQuery({
    queryKey: LISTENING,
    queryFn: () => early<Heard[]>("GET", "/v1/floor/listening"),
  });
}

const GATHERED_MS = 300;

/** Many things move at once: what is shown is asked for once for all of them. */
function useAgainWhenCallsMove(key: readonly string[]): void {
  const client = useQueryClient();
  const agents = useTopics("agents/+/state");
  useEffect(() => {
    if (!agents.size) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: key }), GATHERED_MS);
    return () => clearTimeout(timer);
  }, [agents, client, key]);
  const again = () => void client.invalidateQueries({ queryKey: key });
  useEvent("floor/#", again);
  useEvent("calls/#", again);
}
