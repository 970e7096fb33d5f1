import { describe, expect, it } from "vitest";
import { carriers } from "./api";
import { madeName, renamed, titled, wordsOf } from "./meanings";

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

  const word = (means: string) => ({ busy: "Occupied", vacant: "No such number" })[means] ?? means;

  it("has a name made of carrier and meaning, unless a person gives one", () => {
    expect(madeName({ means: "busy", carrier: " Mobile " }, word)).toBe("Mobile Occupied");
    expect(titled({ means: "busy", carrier: "", name: " " }, word).name).toBe("Occupied");
    expect(titled({ means: "busy", carrier: "", name: "Mine" }, word).name).toBe("Mine");
  });

  it("is named anew with new words, unless a person chose the name", () => {
    for (const name of ["Mobile vacant", "Mobile No such number"]) {
      const made = { ...wordsOf(taught), name };
      expect(renamed(made, { ...made, means: "busy" }, word).name).toBe("Mobile Occupied");
      expect(renamed(made, { ...made, name: "Mine" }, word).name).toBe("Mine");
    }
    const chosen = { ...wordsOf(taught), name: "Mine" };
    expect(renamed(chosen, { ...chosen, means: "busy" }, word).name).toBe("Mine");
  });
});

describe("carriers to choose from", () => {
  it("are each there once, without those of none", () => {
    const of = (carrier: string) => ({ ...taught, carrier });
    expect(carriers([of("B"), of(""), of("A"), of("B")])).toEqual(["A", "B"]);
    expect(carriers(undefined)).toEqual([]);
  });
});
