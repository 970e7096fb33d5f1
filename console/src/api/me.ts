import { useQuery } from "@tanstack/react-query";
import { api, ok } from "./client";
import type { MeView, Right } from "./schema";
import { session } from "./session";

export type { Right } from "./schema";
export type Language = "en" | "zh";
export type ThemeChoice = "light" | "dark" | "auto";

/** The person who is signed in. */
export type Me = MeView;

export const ME = ["me"] as const;

/** Who is signed in; throws Fault 401 when nobody is. */
export async function fetchMe(): Promise<Me> {
  const me = await ok(api.GET("/v1/me"));
  session.signedIn(me.csrf);
  return me;
}

export const ME_QUERY = {
  queryKey: ME,
  queryFn: fetchMe,
  staleTime: Number.POSITIVE_INFINITY,
} as const;

/** Inside the shell somebody is always signed in. */
export function useMe(): Me {
  const { data } = useQuery(ME_QUERY);
  if (!data) throw new Error("useMe outside of the shell");
  return data;
}

/** Whether the person has this right: `const may = useMay(); may("run_floor")`. */
export function useMay(): (right: Right) => boolean {
  const { rights } = useMe();
  return (right) => rights.includes(right);
}
