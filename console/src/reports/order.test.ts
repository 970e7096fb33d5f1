import { describe, expect, it } from "vitest";
import { COLUMNS, EMPTY, hasColumns, hasDays, missing, orderOf, shareOf } from "./order";

const draft = { ...EMPTY, campaign: 3, list: "north" };
const made = {
  id: 1, state: "running", leads: 50, total: 200, format: "xlsx", part: "leads",
  since: null, before: null, file_name: "", error: null, made_at: "", campaign_id: 3,
  campaign: "", list_name: "", full_numbers: false, by: "",
  language: "en",
} as const; // biome-ignore format: short

describe("a report that is asked for", () => {
  it("tells what is still missing", () => {
    expect(missing(EMPTY)).toBe("campaign");
    expect(missing({ ...EMPTY, campaign: 3 })).toBe("list");
    expect(missing({ ...draft, columns: [] })).toBe("columns");
    expect(missing({ ...draft, columns: [], format: "csv", part: "wrong" })).toBeNull();
    expect(missing({ ...draft, from: "2030-02-01", to: "2030-01-31" })).toBe("days");
    expect(missing({ ...draft, from: "2030-02-01", to: "2030-02-01" })).toBeNull();
  });

  it("asks for all columns by not naming any, for some in the table's order", () => {
    expect(orderOf(draft).columns).toBeNull();
    const some = orderOf({ ...draft, columns: ["dials", "name"] });
    expect(some.columns).toEqual(["name", "dials"]);
    expect(orderOf({ ...draft, language: "zh" }).language).toBe("zh");
    expect(new Set(COLUMNS).size).toBe(COLUMNS.length);
  });

  it("takes its days whole, where the browser is", () => {
    const order = orderOf({ ...draft, from: "2030-01-31", to: "2030-01-31" });
    expect(order.since).toBe(new Date(2030, 0, 31).toISOString());
    expect(order.before).toBe(new Date(2030, 1, 1).toISOString());
    expect(orderOf(draft).since).toBeNull();
  });

  it("leaves out what does not concern its table", () => {
    const refused = { ...draft, format: "csv", part: "refused", from: "2030-01-31" } as const;
    expect(hasDays(refused)).toBe(false);
    expect(hasColumns(refused)).toBe(false);
    expect(orderOf(refused)).toMatchObject({ since: null, columns: null, part: "refused" });
    expect(orderOf({ ...draft, part: "refused" }).part).toBe("leads");
  });
});

describe("how far a report is", () => {
  it("is known where every lead is written", () => {
    expect(shareOf({ ...made })).toBe(25);
    expect(shareOf({ ...made, leads: 300 })).toBe(100);
    expect(shareOf({ ...made, total: 0 })).toBeNull();
    expect(shareOf({ ...made, since: "2030-01-31T00:00:00Z" })).toBeNull();
    expect(shareOf({ ...made, format: "csv", part: "answers" })).toBeNull();
  });
});
