import { expect, it } from "vitest";
import { health } from "./health";
import { NO_PHONE, type PhoneView } from "./view";

const view = (change: Partial<PhoneView>): PhoneView => ({
  ...NO_PHONE,
  line: "registered",
  ...change,
});
const quality = { loss: 0, jitterMs: 1, rttMs: 5, mos: 4.4, word: "good" as const };

it("tells the worst thing first", () => {
  expect(health(view({})).key).toBe("ready");
  expect(health(view({ line: "off" })).key).toBe("connecting");
  expect(health(view({ line: "lost", micFault: "lost" })).key).toBe("lost");
  expect(health(view({ elsewhere: "tab", line: "off" })).key).toBe("elsewhere");
  expect(health(view({ micFault: "denied", call: "up", quality })).key).toBe("mic");
  expect(health(view({ call: "up", quality })).key).toBe("good");
  expect(health(view({ call: "up", quality: { ...quality, word: "bad" } }))).toEqual({
    state: "error",
    key: "bad",
  });
});
