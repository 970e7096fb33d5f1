import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { Disposition } from "../api/schema";
import { useCampaign } from "../campaigns/api";

export const leadKey = (id: number) => ["lead", id] as const;

const of = (lead_id: number) => ({ params: { path: { lead_id } } });

export function useLead(id: number) {
  return useQuery({
    queryKey: leadKey(id),
    queryFn: () => ok(api.GET("/v1/leads/{lead_id}", of(id))),
  });
}

/** When it is called next and what keeps it, in the reader's language; looked at again by itself. */
export function useSchedule(id: number) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: [...leadKey(id), "schedule", i18n.language],
    queryFn: () => ok(api.GET("/v1/leads/{lead_id}/schedule", of(id))),
    refetchInterval: 15_000,
  });
}

/** After an act: whatever is shown of the lead is asked for again. */
export function useLeadChanged(id: number): () => void {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: leadKey(id) });
    void queries.invalidateQueries({ queryKey: ["leads"] });
    void queries.invalidateQueries({ queryKey: ["appointments"] });
  };
}

/** Agents who can be asked for, for those who may see them. */
export function useAgentNames() {
  const may = useMay();
  return useQuery({
    queryKey: ["agents", "names"],
    queryFn: () => ok(api.GET("/v1/agents")),
    enabled: may("see_agents"),
  });
}

/** A disposition's label in the reader's language; its code where the campaign has it no more. */
export function useDispositions(campaign: number) {
  const { i18n } = useTranslation();
  const { data } = useCampaign(campaign);
  const all: readonly Disposition[] = data?.settings.dispositions ?? [];
  const label = (code: string) => {
    const one = all.find((disposition) => disposition.code === code);
    return (i18n.language === "zh" && one?.label_zh) || one?.label || code;
  };
  return { all, label };
}
