import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { BoardView, SiteSettings } from "../api/schema";
import { useTopic } from "../live";

export type { BoardAgentView, BoardView, CampaignView, QueueView } from "../api/schema";

/** The floor of this moment: over the live link; asked for once where that has not told it yet. */
export function useBoard(): BoardView | undefined {
  const live = useTopic<BoardView>("board");
  const { data } = useQuery({
    queryKey: ["board"],
    queryFn: () => ok(api.GET("/v1/live")),
    enabled: live === undefined,
  });
  return live ?? data;
}

/** What the site holds its people against; null to those who may not know. */
export function useSite(): SiteSettings | null {
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["site"],
    queryFn: () => ok(api.GET("/v1/site")),
    enabled: may("see_agents"),
  });
  return data ?? null;
}
