import { describe, expect, it } from "vitest";
import { carriers } from "./api";
import { madeName, renamed, wordsOf } from "./meanings";

const taught = {
  id: 1,
  name: "Mobile vacant",
  meaning: "vacant",
  carrier: "Mobile",
  seconds: 6.5,
  taught_by: "lin",
  taught_at: "2026-03-02T09:00:00Z",
};

describe("what is said of a recording", () => {
  it("names what means nothing", () => {
    expect(wordsOf({ ...taught, meaning: null }).means).toBe("nothing");
    expect(wordsOf(taught)).toEqual({ means: "vacant", carrier: "Mobile", name: "Mobile vacant" });
  });

  it("has a name made of carrier and meaning", () => {
    expect(madeName({ means: "busy", carrier: " Mobile " })).toBe("Mobile busy");
    expect(madeName({ means: "busy", carrier: "" })).toBe("busy");
  });

  it("is named anew with new words, unless a person chose the name", () => {
    const made = wordsOf(taught);
    expect(renamed(made, { ...made, means: "busy" }).name).toBe("");
    expect(renamed(made, { ...made, name: "Mine" }).name).toBe("Mine");
    const chosen = { ...made, name: "Mine" };
    expect(renamed(chosen, { ...chosen, means: "busy" }).name).toBe("Mine");
  });
});

describe("carriers to choose from", () => {
  it("are each there once, without those of none", () => {
    const of = (carrier: string) => ({ ...taught, carrier });
    expect(carriers([of("B"), of(""), of("A"), of("B")])).toEqual(["A", "B"]);
    expect(carriers(undefined)).toEqual([]);
  });
});
