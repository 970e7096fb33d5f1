import { describe, expect, it } from "vitest";
import { stateOf } from "./users";

const WELL = { disabled: false, locked_seconds: 0, has_password: true, link_until: null };

describe("a user's state", () => {
  it("is the gravest first", () => {
    expect(stateOf(WELL)).toBe("active");
    expect(stateOf({ ...WELL, has_password: false, link_until: "2030-01-01T00:00:00Z" })).toBe(
      "invited",
    );
    expect(stateOf({ ...WELL, has_password: false })).toBe("no_access");
    expect(stateOf({ ...WELL, locked_seconds: 3 })).toBe("locked");
    expect(stateOf({ ...WELL, locked_seconds: 3, disabled: true })).toBe("disabled");
  });
});
