import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useDeskKeys, useKey } from "./useDeskKeys";

const hangUp = vi.fn();
let root: Root;

function Desk({ field, live }: { field: boolean; live: boolean }) {
  useDeskKeys(() => {});
  useKey(live ? "hangUp" : null, hangUp);
  return field ? <input /> : null;
}

const show = (props: { field: boolean; live: boolean }) =>
  act(() => root.render(<Desk {...props} />));
const press = (key: string, at: number) => {
  const event = new KeyboardEvent("keydown", {
    key,
    code: `Key${key.toUpperCase()}`,
    bubbles: true,
  });
  Object.defineProperty(event, "timeStamp", { value: at });
  dispatchEvent(event);
};

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  hangUp.mockReset();
  const place = document.createElement("div");
  document.body.append(place);
  root = createRoot(place);
});
afterEach(async () => {
  await act(() => root.unmount());
  document.body.replaceChildren();
});

it("acts only while the control is on the page", async () => {
  await show({ field: false, live: false });
  press("x", 5000);
  expect(hangUp).not.toHaveBeenCalled();
  await show({ field: false, live: true });
  press("x", 6000);
  expect(hangUp).toHaveBeenCalledOnce();
});

it("takes no letters that were meant for a field which has just gone", async () => {
  await show({ field: true, live: true });
  document.querySelector("input")?.focus();
  press("a", 5000);
  press("x", 5100);
  expect(hangUp).not.toHaveBeenCalled();
  await show({ field: false, live: true });
  press("x", 5600);
  expect(hangUp).not.toHaveBeenCalled();
  press("x", 7000);
  expect(hangUp).toHaveBeenCalledOnce();
});
