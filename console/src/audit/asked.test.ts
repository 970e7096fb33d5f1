import { describe, expect, it } from "vitest";
import { asked, details, lasted, readAsked, writeAsked } from "./asked";

describe("what is asked of the audit", () => {
  it("comes back from the address as it went into it", () => {
    const filters = { who: "kim", act: "recordings.", from: "2026-03-01", to: "2026-03-02" };
    expect(readAsked(writeAsked(filters))).toEqual(filters);
  });

  it("leaves out days that are none", () => {
    expect(readAsked(new URLSearchParams("from=soon&to=2026-13-45&who=%20"))).toEqual({});
  });

  it("includes the whole last day", () => {
    expect(asked({ to: "2026-03-31" }).to).toBe(new Date(2026, 3, 1).toISOString());
  });
});

describe("what programs did", () => {
  it("is left out unless it is asked for, or somebody is named", () => {
    expect(asked({}).people).toBe("true");
    expect(asked({ programs: "1" }).people).toBe("false");
    expect(asked({ who: "token" }).people).toBe("false");
  });
});

describe("an act", () => {
  it("tells how long it lasted once it is over", () => {
    const at = "2026-03-01T10:00:00Z";
    expect(lasted({ at, ended_at: "2026-03-01T10:01:05Z" })).toBe("1:05");
    expect(lasted({ at, ended_at: null })).toBeNull();
  });

  it("tells its details in one line", () => {
    expect(details({ to: "anna", ids: [1, 2] })).toBe("to: anna, ids: [1,2]");
    expect(details({})).toBe("");
  });
});
