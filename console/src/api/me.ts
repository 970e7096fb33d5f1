import { useQuery } from "@tanstack/react-query";
import { early } from "./early";
import { session } from "./session";

/** What a role may do; the service checks each again. Values as in `cti.access.rights.Right`. */
export type Right =
  | "desk"
  | "see_floor"
  | "hear_calls"
  | "run_floor"
  | "see_campaigns"
  | "run_campaigns"
  | "edit_campaigns"
  | "see_leads"
  | "edit_leads"
  | "see_numbers"
  | "see_recordings"
  | "take_recordings"
  | "see_reports"
  | "see_dnc"
  | "edit_dnc"
  | "see_agents"
  | "edit_agents"
  | "edit_users"
  | "edit_site"
  | "see_audit"
  | "correct_calls";

export type Language = "en" | "zh";
export type ThemeChoice = "light" | "dark" | "auto";

/** The person who is signed in. */
export interface Me {
  name: string;
  display_name: string;
  role: string;
  rights: Right[];
  agent: string | null;
  team: string | null;
  client_id: number | null;
  language: string | null;
  theme: string | null;
  csrf: string;
  phone: { kind: "browser" | "sip"; up?: boolean } | null;
  totp?: boolean;
}

export const ME = ["me"] as const;

/** Who is signed in; throws Fault 401 when nobody is. */
export async function fetchMe(): Promise<Me> {
  const me = await early<Me>("GET", "/v1/me");
  session.signedIn(me.csrf);
  return me;
}

/** Inside the shell somebody is always signed in. */
export function useMe(): Me {
  const { data } = useQuery({
    queryKey: ME,
    queryFn: fetchMe,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!data) throw new Error("useMe outside of the shell");
  return data;
}

/** Whether the person has this right: `const may = useMay(); may("run_floor")`. */
export function useMay(): (right: Right) => boolean {
  const { rights } = useMe();
  return (right) => rights.includes(right);
}
