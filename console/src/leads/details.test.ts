import { expect, it } from "vitest";
import { detailsOf } from "./details";

it("tells the details of evidence that are words or figures", () => {
  const detail = { is: "person", confidence: 0.9123, sip_code: 486, by: "", parts: [1, 2] };
  expect(detailsOf(detail)).toBe("is person, confidence 0.91, sip code 486");
  expect(detailsOf({})).toBe("");
});
