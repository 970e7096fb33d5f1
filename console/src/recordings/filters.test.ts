import { describe, expect, it } from "vitest";
import { asked, readFilters, writeFilters } from "./filters";

describe("filters", () => {
  it("come back from an address as they went into it, beside what else stands there", () => {
    const filters = { number: "1234", agent: 3, from: "2026-03-01", longer: 30 };
    const address = writeFilters(new URLSearchParams("open=at-1&campaign=9"), filters);
    expect(address.get("open")).toBe("at-1");
    expect(address.get("campaign")).toBeNull();
    expect(readFilters(address)).toEqual(filters);
  });

  it("leave out what makes no sense", () => {
    const address = new URLSearchParams(
      "agent=x&longer=-3&from=yesterday&to=2026-99-99&number=%20&outcome=answered",
    );
    expect(readFilters(address)).toEqual({ outcome: "answered" });
  });

  it("ask for whole days, the last one included, where the browser is", () => {
    const query = asked({ from: "2026-03-01", to: "2026-03-01", agent: 2 });
    expect(query.from).toBe(new Date(2026, 2, 1).toISOString());
    expect(query.to).toBe(new Date(2026, 2, 2).toISOString());
    expect(query.agent).toBe(2);
  });
});
