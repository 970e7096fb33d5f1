import { describe, expect, it } from "vitest";
import type { BoardView, CampaignView } from "../api/schema";
import { budgetLeft, sample, tightest, waitingSince } from "./figures";
import { History, KEPT_MS } from "./history";
import { share, tenths } from "./numbers";
import { steps } from "./Spark";

const campaign = (name: string, target: number, answered: number, abandoned: number) =>
  ({
    name,
    lines: 3,
    answered,
    abandoned,
    retries_waiting: 2,
    pacing: { target, answered, abandoned, placed: 1, ringing: 2 },
  }) as CampaignView;

const board = (at: string, more: Partial<BoardView["callers"]> = {}) =>
  ({
    at,
    agents_by_state: { ready: 2, talking: 1, reserved: 1, not_ready: 4 },
    callers: { in_menu: 1, waiting: 2, talking: 1, service_level: 0.5, queues: [], ...more },
    campaigns: [campaign("wide", 0.03, 100, 1), campaign("tight", 0.03, 100, 4)],
  }) as unknown as BoardView;

describe("the strip's figures", () => {
  it("count lines and agents over all campaigns and callers", () => {
    const now = sample(board("2026-03-01T10:00:00Z"));
    expect(now).toMatchObject({ ready: 2, talking: 2, wrapping: 0, away: 4 });
    expect(now).toMatchObject({ lines: 10, ringing: 6, answered: 200, abandoned: 5, retries: 4 });
  });

  it("tell the budget of the campaign that is nearest to its end", () => {
    const { campaigns } = board("2026-03-01T10:00:00Z");
    expect(tightest(campaigns)?.name).toBe("tight");
    expect(budgetLeft(campaigns[1] as CampaignView)).toBeCloseTo(-1);
    expect(tightest([{ pacing: null } as CampaignView])).toBeNull();
  });

  it("know who has waited longest in any queue", () => {
    const queue = (since: string[]) => ({ waiting: since.map((at) => ({ since: at })) });
    const queues = [queue([]), queue(["2026-03-01T10:00:05Z"]), queue(["2026-03-01T10:00:01Z"])];
    const now = board("2026-03-01T10:00:09Z", { queues } as Partial<BoardView["callers"]>);
    expect(waitingSince(now)).toBe("2026-03-01T10:00:01Z");
    expect(waitingSince(board("2026-03-01T10:00:00Z"))).toBeNull();
  });
});

describe("their history", () => {
  it("is a sample every two seconds, of the last half hour", () => {
    const history = new History();
    const start = Date.parse("2026-03-01T10:00:00Z");
    const at = (ms: number) => board(new Date(start + ms).toISOString());
    for (const ms of [0, 500, 2000, 2500, 4000]) history.add(at(ms));
    expect(history.all.map((one) => one.at - start)).toEqual([0, 2000, 4000]);
    history.add(at(KEPT_MS + 2000));
    expect(history.all.map((one) => one.at - start)).toEqual([2000, 4000, KEPT_MS + 2000]);
  });

  it("begins with what the service kept, and has no moment twice", () => {
    const history = new History();
    const start = Date.parse("2026-03-01T10:00:00Z");
    const kept = (ms: number) => {
      const { serviceLevel, at, ...rest } = sample(board(new Date(start + ms).toISOString()));
      return { ...rest, at: new Date(at).toISOString(), service_level: serviceLevel };
    };
    history.add(board(new Date(start + 25_000).toISOString()));
    history.fill([kept(0), kept(10_000), kept(20_000)]);
    expect(history.all.map((one) => one.at - start)).toEqual([0, 10_000, 25_000]);
    const before = history.all;
    history.fill([kept(0), kept(10_000), kept(20_000)]);
    expect(history.all).toBe(before); // nothing is drawn anew
  });

  it("is drawn in steps from its first to its last known value, at the right edge", () => {
    expect(steps([])).toBe("");
    expect(steps([[0, 5]])).toBe("");
    const path = steps([
      [0, 0],
      [KEPT_MS / 2, null],
      [KEPT_MS, 10],
    ]);
    expect(path).toBe("M0.0 23.0H160.0V1.0");
  });
});

describe("numbers", () => {
  it("are never a negative nothing, and unknown ones are a dash", () => {
    expect(tenths(-0.04)).toBe("0.0");
    expect(tenths(-1.26)).toBe("-1.3");
    expect([tenths(null), share(undefined)]).toEqual(["–", "–"]);
    expect(share(0.0312)).toBe("3.1 %");
  });
});
