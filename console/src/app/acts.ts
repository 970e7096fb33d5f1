import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";

/** What a page offers in the Ctrl-K palette while it is open. */
export interface Act {
  id: string;
  label: string;
  description?: string;
  icon?: ReactNode;
  run: () => void;
}

let offered: readonly Act[] = [];
const byOwner = new Map<symbol, readonly Act[]>();
const listeners = new Set<() => void>();

function tell(): void {
  offered = [...byOwner.values()].flat();
  for (const listener of listeners) listener();
}

/** Offer acts: `useActs([{ id: "pause", label: …, run: … }])`. */
export function useActs(acts: readonly Act[]): void {
  const owner = useRef(Symbol("acts"));
  const newest = useRef(acts);
  newest.current = acts;
  // Told again only when what the palette shows changes; `run` is always the newest.
  const shown = acts.map((act) => `${act.id} ${act.label} ${act.description ?? ""}`).join("\n");
  useEffect(() => {
    const key = owner.current;
    const run = (id: string) => newest.current.find((act) => act.id === id)?.run();
    const labels = shown ? newest.current : [];
    byOwner.set(
      key,
      labels.map((act) => ({ ...act, run: () => run(act.id) })),
    );
    tell();
    return () => {
      byOwner.delete(key);
      tell();
    };
  }, [shown]);
}

export function useOffered(): readonly Act[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => offered,
  );
}
