import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../api/client";

export const SCRIPTS = ["scripts"] as const;

export function useScripts() {
  return useQuery({ queryKey: SCRIPTS, queryFn: () => ok(api.GET("/v1/scripts")) });
}
