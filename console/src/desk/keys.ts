/** One key for each frequent act. While one types, the same keys with Alt. */

export type DeskKey =
  | "mute"
  | "hold"
  | "keypad"
  | "transfer"
  | "recording"
  | "hangUp"
  | "answer"
  | "ready"
  | "notes"
  | "script"
  | "appointment"
  | "doNotCall"
  | "help";

export const KEYS: Record<DeskKey, string> = {
  mute: "M",
  hold: "H",
  keypad: "K",
  transfer: "T",
  recording: "P",
  hangUp: "X",
  answer: "A",
  ready: "R",
  notes: "N",
  script: "S",
  appointment: "C",
  doNotCall: "D",
  help: "?",
};

/** By physical key, so that Alt and other layouts change nothing. */
const BY_CODE = new Map<string, DeskKey>(
  Object.entries(KEYS).map(([act, key]) => [`Key${key}`, act as DeskKey]),
);

export type Pressed = { act: DeskKey } | { digit: number } | null;

interface KeyPress {
  code: string;
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
  isComposing?: boolean;
}

/** What a key press means on the desk. typing: the cursor is in a field. */
export function meaning(press: KeyPress, typing: boolean): Pressed {
  if (press.repeat || press.isComposing || press.ctrlKey || press.metaKey) return null;
  if (typing && !press.altKey) return null;
  if (press.key === KEYS.help) return { act: "help" }; // on another key in each layout
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code);
  if (digit) return press.shiftKey ? null : { digit: Number(digit[1]) };
  const act = BY_CODE.get(press.code);
  return act && !press.shiftKey ? { act } : null;
}

/** Whether what has the focus takes letters itself. */
export function isTyping(element: Element | null): boolean {
  if (!(element instanceof HTMLElement)) return false;
  if (element.isContentEditable || element instanceof HTMLTextAreaElement) return true;
  if (element instanceof HTMLSelectElement) return true;
  return (
    element instanceof HTMLInputElement &&
    !["checkbox", "radio", "button", "submit", "range"].includes(element.type)
  );
}
