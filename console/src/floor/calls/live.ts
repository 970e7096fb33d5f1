import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { api, ok } from "../../api/client";
import { useMay } from "../../api/me";
import type { FloorCall, ListenerView } from "../../api/schema";
import { useEvent, useTopics } from "../../live";

export type { FloorCall, LegView, ListenerView } from "../../api/schema";

export const FLOOR = ["floor"] as const;
const CALLS = [...FLOOR, "calls"] as const;
const LISTENING = [...FLOOR, "listening"] as const;

/** Calls of this moment: asked for again whenever the link tells that one has moved. */
export function useLiveCalls(): UseQueryResult<FloorCall[]> {
  useAgainWhenCallsMove(CALLS);
  return useQuery({ queryKey: CALLS, queryFn: () => ok(api.GET("/v1/floor/calls")) });
}

/** Who hears whom; nothing for those who may hear nobody. */
export function useListening(): UseQueryResult<ListenerView[]> {
  const may = useMay();
  useAgainWhenCallsMove(LISTENING);
  return useQuery({
    queryKey: LISTENING,
    queryFn: () => ok(api.GET("/v1/floor/listening")),
    enabled: may("hear_calls"),
  });
}

const GATHERED_MS = 500;

/**
 * Many things move at once: what is shown is asked for once for all of them, and on a busy floor,
 * where something always moves, twice a second.
 */
function useAgainWhenCallsMove(key: readonly string[]): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const again = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: key });
    }, GATHERED_MS);
  }, [client, key]);
  const agents = useTopics("agents/+/state");
  useEffect(() => {
    if (agents.size) again();
  }, [agents, again]);
  useEvent("floor/#", again);
  useEvent("calls/#", again);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}
