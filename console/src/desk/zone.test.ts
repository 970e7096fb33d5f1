import { describe, expect, it } from "vitest";
import { momentThere, offsetAt, quick, wallClock } from "./zone";

const HOUR = 3_600_000;
const at = (date: string, time: string, zone: string) =>
  momentThere(date, time, zone)?.toISOString();

describe("time where the person lives", () => {
  it("knows how far a zone is ahead, summer and winter", () => {
    expect(offsetAt(Date.UTC(2030, 0, 1), "Asia/Shanghai")).toBe(8 * HOUR);
    expect(offsetAt(Date.UTC(2030, 0, 1), "Europe/Berlin")).toBe(HOUR);
    expect(offsetAt(Date.UTC(2030, 6, 1), "Europe/Berlin")).toBe(2 * HOUR);
    expect(offsetAt(Date.UTC(2030, 6, 1), "Asia/Kathmandu")).toBe(5.75 * HOUR);
  });

  it("turns their wall clock into a moment", () => {
    expect(at("2030-01-31", "10:00", "Asia/Shanghai")).toBe("2030-01-31T02:00:00.000Z");
    expect(at("2030-01-31", "10:00", "America/Los_Angeles")).toBe("2030-01-31T18:00:00.000Z");
    expect(at("2030-02-30", "10:00", "UTC")).toBeUndefined();
    expect(at("", "", "UTC")).toBeUndefined();
  });

  it("moves a time that summer time leaves out, and takes the first of two", () => {
    // Europe/Berlin: 2030-03-31 02:00 → 03:00; 2030-10-27 03:00 → 02:00.
    expect(at("2030-03-31", "02:30", "Europe/Berlin")).toBe("2030-03-31T01:30:00.000Z");
    expect(at("2030-10-27", "02:30", "Europe/Berlin")).toBe("2030-10-27T00:30:00.000Z");
    expect(at("2030-10-27", "03:30", "Europe/Berlin")).toBe("2030-10-27T02:30:00.000Z");
  });

  it("goes there and back", () => {
    for (const zone of ["Asia/Shanghai", "America/St_Johns", "Pacific/Apia", "UTC"]) {
      const moment = new Date("2030-05-05T23:45:00Z");
      const { date, time } = wallClock(moment, zone);
      expect(momentThere(date, time, zone)).toEqual(moment);
    }
  });

  it("means their tomorrow, not the agent's", () => {
    const now = new Date("2030-01-31T20:00:00Z"); // already 1 February in Shanghai
    expect(quick(now, "Asia/Shanghai", { days: 1, at: "10:00" }).toISOString()).toBe(
      "2030-02-02T02:00:00.000Z",
    );
  });
});
