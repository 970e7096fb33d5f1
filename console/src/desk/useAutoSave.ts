import { useEffect, useMemo, useSyncExternalStore } from "react";
import { AutoSave, type SaveState } from "./autosave";

/** Everything of the desk that is not saved yet: a disposition waits for it. */
const open = new Set<{ flush: () => Promise<void> }>();

export async function flushAll(): Promise<void> {
  await Promise.all([...open].map((one) => one.flush()));
}

/** One value that is saved while it changes; a new key is a new value. */
export function useAutoSave<T>(
  key: string,
  save: (value: T) => Promise<unknown>,
): { autoSave: AutoSave<T>; state: SaveState } {
  // biome-ignore lint/correctness/useExhaustiveDependencies: `save` belongs to the key
  const autoSave = useMemo(() => new AutoSave<T>(key, save), [key]);
  const state = useSyncExternalStore(autoSave.subscribe, () => autoSave.state);
  useEffect(() => {
    open.add(autoSave);
    return () => {
      open.delete(autoSave);
      autoSave.close();
    };
  }, [autoSave]);
  return { autoSave, state };
}
