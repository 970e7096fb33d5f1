import { useSyncExternalStore } from "react";
import type { BoardView } from "../api/schema";
import { store } from "../live";
import { type Sample, sample } from "./figures";

export const KEPT_MS = 15 * 60_000;
const EVERY_MS = 2_000;

/** Samples of the last quarter of an hour; the same object until one is added. */
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

export function useHistory(): readonly Sample[] {
  return useSyncExternalStore(history.subscribe, () => history.all);
}
