import { describe, expect, it } from "vitest";
import { Fault } from "../api/fault";
import { numbersIn, numbersInFile, recordAll, standing } from "./record";

describe("consents for several numbers", () => {
  it("are read from what people paste", () => {
    expect(numbersIn("+86138, 139\n\n139；+86138")).toEqual(["+86138", "139"]);
  });

  it("are the first cells of a file's lines", () => {
    const file = '\ufeffnumber;name\r\n"+8613800000001";Ann\r\n+8613800000002\t王芳\n\n';
    expect(numbersInFile(file)).toEqual(["+8613800000001", "+8613800000002"]);
  });

  it("go on after what is refused, and tell it", async () => {
    const told: number[] = [];
    const result = await recordAll(
      ["1", "x", "2"],
      (number) =>
        number === "x"
          ? Promise.reject(new Fault(422, "'x' is no number."))
          : Promise.resolve({ reopened: Number(number) }),
      (done) => told.push(done),
    );
    expect(result).toEqual({
      kept: 2,
      reopened: 3,
      refused: [{ number: "x", why: "'x' is no number." }],
    });
    expect(told).toEqual([1, 2, 3]);
  });

  it("stop when the service is not there, or one may not", async () => {
    for (const status of [0, 500, 403]) {
      const failing = recordAll(["1"], () => Promise.reject(new Fault(status, "")));
      await expect(failing).rejects.toMatchObject({ status });
    }
  });
});

describe("a consent", () => {
  const now = new Date("2030-01-31T10:00:00Z");
  it("holds until it expires or is withdrawn", () => {
    expect(standing({ withdrawn_at: null, expires_at: null }, now)).toBe("holds");
    expect(standing({ withdrawn_at: null, expires_at: "2030-01-31T10:00:01Z" }, now)).toBe("holds");
    expect(standing({ withdrawn_at: null, expires_at: "2030-01-31T10:00:00Z" }, now)).toBe(
      "expired",
    );
    expect(standing({ withdrawn_at: "2030-01-01T00:00:00Z", expires_at: null }, now)).toBe(
      "withdrawn",
    );
  });
});
