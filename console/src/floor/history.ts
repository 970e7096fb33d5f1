import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { api, ok } from "../api/client";
import type { BoardView, SampleView } from "../api/schema";
import { store } from "../live";
import { type Sample, sample } from "./figures";

export const KEPT_MS = 30 * 60_000;
const EVERY_MS = 2_000;
/** From one of the service's samples to the next. */
const THEIRS_MS = 10_000;

/** Samples of the last half hour; the same object until one is added. */
export class History {
  private samples: readonly Sample[] = [];
  private readonly listeners = new Set<() => void>();

  add(board: BoardView): void {
    const now = sample(board);
    const last = this.samples.at(-1);
    if (last && now.at - last.at < EVERY_MS) return;
    this.samples = [...this.samples.filter((one) => now.at - one.at <= KEPT_MS), now];
    for (const listener of this.listeners) listener();
  }

  /** What the service kept of the time before, and of gaps: where we have none of our own. */
  fill(kept: readonly SampleView[]): void {
    const own = this.samples.map(({ at }) => at);
    const missing = kept
      .map(({ at, service_level, ...rest }) => ({
        ...rest,
        at: Date.parse(at),
        serviceLevel: service_level,
      }))
      .filter(({ at }) => !own.some((one) => Math.abs(one - at) < THEIRS_MS));
    if (!missing.length) return;
    this.samples = [...this.samples, ...missing].sort((one, other) => one.at - other.at);
    for (const listener of this.listeners) listener();
  }

  get all(): readonly Sample[] {
    return this.samples;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

const history = new History();
// From the first look at the floor until the page is closed, whatever page is open.
store.subscribe("board", () => {
  const board = store.get("board") as BoardView | undefined;
  if (board) history.add(board);
});

/** Once for a page that shows lines: they begin before it was opened. */
export function useKeptHistory(): void {
  const { data } = useQuery({
    queryKey: ["board", "history"],
    queryFn: () => ok(api.GET("/v1/live/history")),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (data) history.fill(data);
  }, [data]);
}

export function useHistory(): readonly Sample[] {
  return useSyncExternalStore(history.subscribe, () => history.all);
}
