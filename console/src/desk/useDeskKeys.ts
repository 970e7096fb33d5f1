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

/** After typing in a field that has gone meanwhile, the letters still to come are no commands. */
const AFTER_TYPING = 1000;

/** Hears the keyboard while the desk is open. */
export function useDeskKeys(help: () => void): void {
  useKey("help", help);
  useEffect(() => {
    let field: Element | null = null;
    let typed = 0;
    const hear = (event: KeyboardEvent) => {
      const typing = isTyping(document.activeElement);
      const meantForField =
        field !== null && !field.isConnected && event.timeStamp - typed < AFTER_TYPING;
      if (typing) {
        const done = event.key === "Escape" || event.key === "Enter";
        field = done ? null : document.activeElement;
        typed = event.timeStamp;
      }
      const pressed = meaning(event, typing || meantForField);
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
