import type { Role, UserView } from "../api/schema";

export const ROLES: readonly Role[] = [
  "agent",
  "team_leader",
  "supervisor",
  "qa",
  "report_keeper",
  "administrator",
  "client_observer",
];

export type UserState = "active" | "invited" | "locked" | "disabled" | "no_access";

/** What an administrator wants to know first of a user. */
export function stateOf(
  user: Pick<UserView, "disabled" | "locked_seconds" | "has_password" | "link_until">,
): UserState {
  if (user.disabled) return "disabled";
  if (user.locked_seconds > 0) return "locked";
  if (user.has_password) return "active";
  return user.link_until ? "invited" : "no_access";
}
