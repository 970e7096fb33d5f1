import type { Me } from "../api/me";
import type { Page } from "./routes";

/** Whether this person may open the page. */
export function mayOpen(
  page: Pick<Page, "right" | "agents">,
  { rights, agent }: Pick<Me, "rights" | "agent">,
): boolean {
  if (page.agents && agent === null) return false;
  if (page.right === null) return true;
  const any = typeof page.right === "string" ? [page.right] : page.right;
  return any.some((right) => rights.includes(right));
}
