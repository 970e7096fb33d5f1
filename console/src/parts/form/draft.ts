import { useEffect, useMemo, useState } from "react";
import { useBlocker } from "react-router";

/** Whether two values would be the same to the service. Order of keys does not matter. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, ordered(v)]),
  );
}

export interface Draft<T> {
  value: T;
  dirty: boolean;
  /** Change some fields. */
  set: (change: Partial<T>) => void;
  reset: () => void;
}

/** Something being edited: starts as `saved`, and takes over what is saved by others or by us. */
export function useDraft<T extends object>(saved: T): Draft<T> {
  const [base, setBase] = useState(saved);
  const [value, setValue] = useState(saved);
  if (!same(base, saved)) {
    // What was just saved is the new ground; an edit that is still open stays open.
    setBase(saved);
    if (same(value, base)) setValue(saved);
  }
  const dirty = useMemo(() => !same(value, saved), [value, saved]);
  return {
    value,
    dirty,
    set: (change) => setValue((old) => ({ ...old, ...change })),
    reset: () => setValue(saved),
  };
}

/** Asks before the page is left with unsaved changes; gives the blocker, for the question. */
export function useGuard(dirty: boolean) {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);
  return useBlocker(
    ({ currentLocation, nextLocation }) =>
      dirty && currentLocation.pathname !== nextLocation.pathname,
  );
}
