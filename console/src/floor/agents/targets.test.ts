import { describe, expect, it } from "vitest";
import type { SiteSettings } from "../../api/schema";
import { beyond, reasonWord, target } from "./targets";

const site = {
  targets: { wrap_up_s: 60, talk_s: null },
  not_ready_reasons: [
    { code: "lunch", label: "Lunch", label_zh: "午餐", minutes: 60 },
    { code: "training", label: "Training", label_zh: "", minutes: null },
  ],
} as unknown as SiteSettings;

describe("targets of states", () => {
  it("are the site's, and none where it has said nothing", () => {
    const of = (state: string, reason = "") =>
      target({ state, reason } as Parameters<typeof target>[0], site);
    expect(of("wrapping")).toBe(60);
    expect(of("talking")).toBeNull();
    expect(of("not_ready", "lunch")).toBe(3600);
    expect(of("not_ready", "Lunch")).toBe(3600);
    expect(of("not_ready", "training")).toBeNull();
    expect(of("ready")).toBeNull();
    expect(target({ state: "wrapping", reason: "" }, null)).toBeNull();
  });

  it("are passed by whole seconds, never by fewer than none", () => {
    expect(beyond(0, 65_900, 60)).toBe(5);
    expect(beyond(0, 59_000, 60)).toBe(0);
    expect(beyond(0, 1e9, null)).toBe(0);
  });
});

describe("a reason", () => {
  it("is told in the page's language, where the site has it so", () => {
    expect(reasonWord("lunch", site, "zh")).toBe("午餐");
    expect(reasonWord("training", site, "zh")).toBe("Training");
    expect(reasonWord("dentist", site, "en")).toBe("dentist");
  });
});
