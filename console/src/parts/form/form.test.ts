import { describe, expect, it } from "vitest";
import { Fault } from "../../api/fault";
import { same } from "./draft";
import { faultAt, fieldOf } from "./faults";

describe("a draft", () => {
  it("is unchanged whatever the order of its keys", () => {
    expect(same({ a: 1, b: [{ c: 2, d: undefined }] }, { b: [{ c: 2 }], a: 1 })).toBe(true);
    expect(same({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
    expect(same({ a: null }, {})).toBe(false);
  });
});

describe("the service's sentence", () => {
  it("is shown at the field it begins with", () => {
    const fault = new Fault(422, "settings.windows.mon: Value error, the window is empty.");
    expect(fieldOf(fault)).toEqual({ field: "windows.mon", said: "The window is empty." });
    expect(faultAt(fault)("windows")).toBe("The window is empty.");
    expect(faultAt(fault)("windows.mon")).toBe("The window is empty.");
    expect(faultAt(fault)("win")).toBeUndefined();
  });

  it("belongs to the whole page otherwise", () => {
    expect(fieldOf(new Fault(409, "The campaign “A: B” is stopped."))).toBeNull();
    expect(fieldOf(null)).toBeNull();
    expect(faultAt(null)("name")).toBeUndefined();
  });
});
