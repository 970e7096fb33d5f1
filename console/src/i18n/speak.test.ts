import i18next from "i18next";
import { beforeAll, expect, it } from "vitest";
import { speak, startTexts } from ".";

beforeAll(async () => {
  localStorage.setItem("cti.language", "en");
  await startTexts();
});

it("tells the service which language the page shows, and whether it is a new one", async () => {
  expect(document.cookie).toContain("cti_language=en");
  expect(await speak("en")).toBe(false);
  expect(await speak("zh")).toBe(true);
  expect(document.cookie).toContain("cti_language=zh");
  expect(document.documentElement.lang).toBe("zh-CN");
  expect(i18next.language).toBe("zh");
});
