import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "../api/client";
import type { Campaign } from "../api/schema";
import { lasts } from "../lists/progress";

export const CAMPAIGNS = ["campaigns"] as const;
export const campaignKey = (id: number) => ["campaign", id] as const;
export const checkKey = (id: number) => ["campaign", id, "check"] as const;

const at = (campaign_id: number) => ({ params: { path: { campaign_id } } });

export function useCampaigns() {
  return useQuery({ queryKey: CAMPAIGNS, queryFn: () => ok(api.GET("/v1/campaigns")) });
}

export function useCampaign(id: number) {
  return useQuery({
    queryKey: campaignKey(id),
    queryFn: () => ok(api.GET("/v1/campaigns/{campaign_id}", at(id))),
  });
}

/** Looked at again every few seconds: agents come and go, trunks too. */
export function useCheck(id: number) {
  return useQuery({
    queryKey: checkKey(id),
    queryFn: () => ok(api.GET("/v1/campaigns/{campaign_id}/check", at(id))),
    refetchInterval: 5000,
  });
}

export function useImports(id: number) {
  return useQuery({
    queryKey: ["campaign", id, "imports"],
    queryFn: () => ok(api.GET("/v1/campaigns/{campaign_id}/imports", at(id))),
    refetchInterval: (query) => (query.state.data?.some(lasts) ? 1000 : false),
  });
}

export type Move = "start" | "pause" | "stop";

export function move(id: number, how: Move): Promise<Campaign> {
  if (how === "start") return ok(api.POST("/v1/campaigns/{campaign_id}/start", at(id)));
  if (how === "pause") return ok(api.POST("/v1/campaigns/{campaign_id}/pause", at(id)));
  return ok(api.POST("/v1/campaigns/{campaign_id}/stop", at(id)));
}

/** After a change: the campaign as the service told it, and whatever depends on it is asked again. */
export function useTold() {
  const queries = useQueryClient();
  return (campaign: Campaign) => {
    queries.setQueryData(campaignKey(campaign.id), campaign);
    void queries.invalidateQueries({ queryKey: CAMPAIGNS });
    void queries.invalidateQueries({ queryKey: checkKey(campaign.id) });
    void queries.invalidateQueries({ queryKey: ["campaign", campaign.id, "rules"] });
  };
}

/** Client's number → name; empty for those who may not see clients. */
export function useClientNames(): ReadonlyMap<number, string> {
  const { data } = useQuery({
    queryKey: ["clients"],
    queryFn: () => ok(api.GET("/v1/clients")),
    retry: false,
  });
  return new Map((data ?? []).map((one) => [one.id, one.name]));
}
