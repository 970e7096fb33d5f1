import { useEffect, useRef } from "react";
import { type DeskKey, isTyping, meaning } from "./keys";

/**
 * Who acts on a key: the control that shows it. A control is on the page only while its act is
 * possible, so that a key can do nothing that one cannot see.
 */
const controls = new Map<string, Set<() => void>>();

function register(name: string, act: () => void): () => void {
  const all = controls.get(name) ?? new Set();
  controls.set(name, all);
  all.add(act);
  return () => all.delete(act);
}

/** The control that shows this key does this on it. `digit3` is the key 3. */
export function useKey(name: DeskKey | `digit${number}` | null, act: () => void): void {
  const newest = useRef(act);
  newest.current = act;
  useEffect(() => (name ? register(name, () => newest.current()) : undefined), [name]);
}

/** Hears the keyboard while the desk is open. */
export function useDeskKeys(help: () => void): void {
  useKey("help", help);
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const pressed = meaning(event, isTyping(document.activeElement));
      if (!pressed) return;
      const name = "act" in pressed ? pressed.act : `digit${pressed.digit}`;
      const act = [...(controls.get(name) ?? [])].at(-1);
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
}
