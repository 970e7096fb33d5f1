import type { SiteSettings } from "../../api/schema";
import type { BoardAgentView } from "../board";

/** How long, in seconds, an agent should be in this state at most; null: nobody has said. */
export function target(
  agent: Pick<BoardAgentView, "state" | "reason">,
  site: Pick<SiteSettings, "targets" | "not_ready_reasons"> | null,
): number | null {
  if (!site) return null;
  if (agent.state === "talking") return site.targets?.talk_s ?? null;
  if (agent.state === "wrapping") return site.targets?.wrap_up_s ?? null;
  if (agent.state !== "not_ready") return null;
  const minutes = reasonOf(agent.reason, site)?.minutes;
  return minutes ? minutes * 60 : null;
}

type Reason = NonNullable<SiteSettings["not_ready_reasons"]>[number];

function reasonOf(said: string, site: Pick<SiteSettings, "not_ready_reasons">): Reason | undefined {
  return site.not_ready_reasons?.find((reason) => [reason.code, reason.label].includes(said));
}

/** The site's word for why somebody is away, in the page's language. */
export function reasonWord(
  said: string,
  site: Pick<SiteSettings, "not_ready_reasons"> | null,
  language: string,
): string {
  const reason = site && reasonOf(said, site);
  if (!reason) return said;
  return (language.startsWith("zh") && reason.label_zh) || reason.label;
}

/** Seconds beyond the target; 0: within it. */
export function beyond(sinceMs: number, nowMs: number, limit: number | null): number {
  return limit === null ? 0 : Math.max(0, Math.floor((nowMs - sinceMs) / 1000 - limit));
}
