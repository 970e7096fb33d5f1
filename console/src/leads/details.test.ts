import { expect, it } from "vitest";
import { detailsOf, gistOf } from "./details";

const DETAIL = { meaning: "person", confidence: 0.9523, sip_code: 486, by: "", parts: [1, 2] };

it("tells the details of evidence that are words or figures", () => {
  expect(detailsOf(DETAIL)).toBe("meaning person, confidence 0.95, sip code 486");
  expect(detailsOf({})).toBe("");
});

it("tells what was heard or said, and how sure that is", () => {
  expect(gistOf(DETAIL)).toEqual({ what: "person", sure: 95 });
  expect(gistOf({ is: "machine" })).toEqual({ what: "machine", sure: null });
  expect(gistOf({ cause: 16 })).toEqual({ what: null, sure: null });
});
