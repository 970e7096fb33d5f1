import type { BoardView, CampaignView } from "../api/schema";

/** The figures of the strip at one moment; what sparklines are made of. */
export interface Sample {
  /** ms */
  at: number;
  ready: number;
  talking: number;
  wrapping: number;
  away: number;
  waiting: number;
  serviceLevel: number | null;
  lines: number;
  ringing: number;
  answered: number;
  abandoned: number;
  retries: number;
}

/** Abandons that a campaign's target still allows; null while it is not paced. */
export function budgetLeft({ pacing }: Pick<CampaignView, "pacing">): number | null {
  return pacing ? pacing.target * pacing.answered - pacing.abandoned : null;
}

/** The campaign that is nearest to the end of its budget, or furthest beyond it. */
export function tightest(campaigns: readonly CampaignView[]): CampaignView | null {
  let least: CampaignView | null = null;
  for (const campaign of campaigns) {
    const left = budgetLeft(campaign);
    if (left === null) continue;
    if (!least || left < (budgetLeft(least) ?? 0)) least = campaign;
  }
  return least;
}

/** Since when the caller who has waited longest waits, in any queue. */
export function waitingSince(board: BoardView): string | null {
  const first = (board.callers.queues ?? [])
    .map((queue) => queue.waiting[0]?.since)
    .filter(Boolean);
  return first.sort()[0] ?? null;
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

export function sample(board: BoardView): Sample {
  const agents = board.agents_by_state;
  const { callers, campaigns } = board;
  return {
    at: Date.parse(board.at),
    ready: agents.ready ?? 0,
    talking: (agents.talking ?? 0) + (agents.reserved ?? 0),
    wrapping: agents.wrapping ?? 0,
    away: agents.not_ready ?? 0,
    waiting: callers.waiting,
    serviceLevel: callers.service_level ?? null,
    lines: sum(campaigns, (c) => c.lines) + callers.in_menu + callers.waiting + callers.talking,
    ringing: sum(campaigns, (c) => (c.pacing ? c.pacing.placed + c.pacing.ringing : 0)),
    answered: sum(campaigns, (c) => c.answered),
    abandoned: sum(campaigns, (c) => c.abandoned),
    retries: sum(campaigns, (c) => c.retries_waiting),
  };
}
