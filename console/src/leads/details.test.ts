import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { speak, startTexts } from "../i18n";
import { detailsOf, gistOf } from "./details";

const DETAIL = { meaning: "person", confidence: 0.9523, sip_code: 486, by: "", parts: [1, 2] };
const told = (detail: Record<string, unknown>) =>
  detailsOf(detail, i18next.getFixedT(null, "leads"));

beforeAll(async () => {
  localStorage.setItem("cti.language", "en");
  await startTexts();
});

describe("the details of evidence that are words or figures", () => {
  it("are told", async () => {
    await speak("en");
    expect(told(DETAIL)).toBe("meaning A person, sure 95 %, sip code 486");
    expect(told({ cause: 16, by: "customer", whole: true })).toBe(
      "Q.850 cause 16, by the customer, heard whole yes",
    );
    expect(told({})).toBe("");
  });

  it("are told in Chinese, too", async () => {
    await speak("zh");
    expect(told({ cause: 16, sip: 486, by: "ring_timeout", saved: 2.345 })).toBe(
      "Q.850 原因：16，SIP：486，操作方：振铃超时，节省秒数：2.35",
    );
    expect(told({ is: "busy", mode: "predictive", after: "beep", whole: false })).toBe(
      "判断为：占线，模式：预测，留言时机：提示音之后，完整听完：否",
    );
    expect(told({ by: "lena", source: "PBX 事件日志" })).toBe("操作方：lena，来源：PBX 事件日志");
  });
});

it("tells what was heard or said, and how sure that is", () => {
  expect(gistOf(DETAIL)).toEqual({ what: "person", sure: 95 });
  expect(gistOf({ is: "machine" })).toEqual({ what: "machine", sure: null });
  expect(gistOf({ cause: 16 })).toEqual({ what: null, sure: null });
});
