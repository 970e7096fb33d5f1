import { describe, expect, it } from "vitest";
import { type Known, steps } from "./guide";

const NEW: Known = {
  me: "admin",
  users: [{ name: "admin", has_password: true }],
  trunks: { items: [] },
  agents: [],
  campaigns: [],
  lists: undefined,
  called: false,
};
const done = (known: Known) =>
  steps(known)
    .filter((one) => one.done)
    .map((one) => one.key);

describe("the first-run guide", () => {
  it("knows what a new house still needs", () => {
    expect(done(NEW)).toEqual(["password"]);
    expect(
      steps(NEW)
        .map((one) => one.key)
        .at(-1),
    ).toBe("call");
  });

  it("says nothing of what it does not know yet", () => {
    const nothing = {
      ...NEW,
      users: undefined,
      trunks: undefined,
      agents: undefined,
      campaigns: undefined,
    };
    expect(
      steps(nothing)
        .slice(0, 5)
        .map((one) => one.done),
    ).toEqual([null, null, null, null, null]);
  });

  it("leads to the campaign that has no list yet", () => {
    const step = steps({ ...NEW, campaigns: [{ id: 7 }], lists: false }).find(
      (one) => one.key === "list",
    );
    expect(step).toEqual({ key: "list", done: false, to: "/campaigns/7/import" });
  });
});
