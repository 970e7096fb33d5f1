/**
 * Texts live beside their feature: `src/<feature>/texts.en.json` and `texts.zh.json`; the folder's
 * name is the namespace: `useTranslation("desk")`, `t("hangUp")`, `t("parts:cancel")`.
 */
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import i18next, { type i18n as I18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "../api/me";

type Catalogue = Record<string, Record<string, unknown>>;

const LOADERS: Record<Language, () => Promise<{ default: Catalogue }>> = {
  en: () => import("./catalogue.en"),
  zh: () => import("./catalogue.zh"),
};

/** The language that the browser asks for, of those that we have. */
export function browserLanguage(asked: readonly string[] = navigator.languages): Language {
  const first = asked.map((tag) => tag.slice(0, 2).toLowerCase()).find((l) => l in LOADERS);
  return (first as Language | undefined) ?? "en";
}

const REMEMBERED = "cti.language";

/** Before anybody has signed in: what was last used here, else the browser's. */
export function startLanguage(): Language {
  const kept = localStorage.getItem(REMEMBERED);
  return kept === "en" || kept === "zh" ? kept : browserLanguage();
}

export async function startTexts(): Promise<I18n> {
  await i18next.use(initReactI18next).init({
    fallbackLng: false,
    ns: [],
    interpolation: { escapeValue: false }, // React escapes
    resources: {},
    returnNull: false,
  });
  await speak(startLanguage());
  return i18next;
}

/** Change the language of the whole page; whether it was another one before. */
export async function speak(language: Language): Promise<boolean> {
  const changes = i18next.language !== undefined && i18next.language !== language;
  for (const [path, texts] of Object.entries((await LOADERS[language]()).default)) {
    const namespace = path.split("/")[1];
    if (namespace) i18next.addResourceBundle(language, namespace, texts, true, true);
  }
  dayjs.locale(language === "zh" ? "zh-cn" : "en");
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  localStorage.setItem(REMEMBERED, language);
  tellService(language);
  await i18next.changeLanguage(language);
  return changes;
}

/**
 * What the service says comes in the page's language, too: also over the live link, which can send
 * no header, and before anybody has signed in.
 */
function tellService(language: Language): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is there with TLS alone.
  document.cookie = `cti_language=${language}; Path=/; Max-Age=31536000; SameSite=Strict${secure}`;
}
