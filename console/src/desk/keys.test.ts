import { describe, expect, it } from "vitest";
import { isTyping, KEYS, meaning } from "./keys";

const press = (code: string, more: Partial<Parameters<typeof meaning>[0]> = {}) => ({
  code,
  key: "",
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  repeat: false,
  ...more,
});

describe("keys of the desk", () => {
  it("are all different", () => {
    expect(new Set(Object.values(KEYS)).size).toBe(Object.keys(KEYS).length);
  });

  it("act at once, and with Alt while one types", () => {
    expect(meaning(press("KeyH"), false)).toEqual({ act: "hold" });
    expect(meaning(press("KeyH"), true)).toBeNull();
    expect(meaning(press("KeyH", { altKey: true }), true)).toEqual({ act: "hold" });
    expect(meaning(press("Digit3"), false)).toEqual({ digit: 3 });
    expect(meaning(press("Numpad9"), false)).toEqual({ digit: 9 });
    expect(meaning(press("Digit3"), true)).toBeNull();
    expect(meaning(press("Slash", { key: "?", shiftKey: true }), false)).toEqual({ act: "help" });
  });

  it("leave the browser's and the input method's own keys alone", () => {
    expect(meaning(press("KeyR", { ctrlKey: true }), false)).toBeNull();
    expect(meaning(press("KeyT", { metaKey: true }), false)).toBeNull();
    expect(meaning(press("KeyH", { altKey: true, isComposing: true }), true)).toBeNull();
    expect(meaning(press("KeyX", { shiftKey: true }), false)).toBeNull();
    expect(meaning(press("Digit0"), false)).toBeNull();
  });

  it("do not hang up twice when one is held down", () => {
    expect(meaning(press("KeyX", { repeat: true }), false)).toBeNull();
  });

  it("know where one types", () => {
    const input = document.createElement("input");
    const box = Object.assign(document.createElement("input"), { type: "checkbox" });
    expect(isTyping(input)).toBe(true);
    expect(isTyping(document.createElement("textarea"))).toBe(true);
    expect(isTyping(box)).toBe(false);
    expect(isTyping(document.createElement("button"))).toBe(false);
    expect(isTyping(null)).toBe(false);
  });
});
