import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../api/client";

export const SITE = ["site"] as const;
export const TRUNKS = ["trunks"] as const;
export const AGENTS = ["agents"] as const;
export const USERS = ["users"] as const;

export function useSite() {
  return useQuery({ queryKey: SITE, queryFn: () => ok(api.GET("/v1/site")), retry: false });
}

/** States change by themselves: asked again while the page is open. */
export function useTrunks() {
  return useQuery({
    queryKey: TRUNKS,
    queryFn: () => ok(api.GET("/v1/trunks")),
    refetchInterval: 5000,
  });
}

export function useAgents() {
  return useQuery({
    queryKey: AGENTS,
    queryFn: () => ok(api.GET("/v1/agents")),
    refetchInterval: 5000,
  });
}

export function useUsers() {
  return useQuery({ queryKey: USERS, queryFn: () => ok(api.GET("/v1/users")) });
}
