import type { TFunction } from "i18next";

type Detail = Record<string, unknown>;

/** All that evidence says beside its kind, for those who know: {is: "person", whole: true} → "taken for A person, heard whole yes". */
export function detailsOf(detail: Detail, t: TFunction<"leads">): string {
  return Object.entries(detail)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value) && value !== "")
    .map(([key, value]) => {
      const name = t(`detail.name.${key}`, { defaultValue: key.replaceAll("_", " ") });
      return t("detail.pair", { name, value: word(key, value, t) });
    })
    .join(t("detail.joint"));
}

/** What of it everybody wants to know: what was heard or said, and how sure that is in percent. */
export function gistOf(detail: Detail): { what: string | null; sure: number | null } {
  const what = detail.meaning ?? detail.is ?? null;
  const { confidence } = detail;
  return {
    what: typeof what === "string" && what ? what : null,
    sure: typeof confidence === "number" ? percent(confidence) : null,
  };
}

/** Who or what picked up, or was heard. */
export function heardWord(what: string, t: TFunction<"leads">): string {
  return t(`heard.${what}`, {
    defaultValue: t(`floor:outcome.${what}`, { defaultValue: what }),
  });
}

function word(key: string, value: unknown, t: TFunction<"leads">): string {
  if (typeof value === "boolean") return t(value ? "detail.yes" : "detail.no");
  if (typeof value === "number")
    return key === "confidence" ? `${percent(value)} %` : String(Math.round(value * 100) / 100);
  const said = String(value);
  if (key === "is" || key === "meaning") return heardWord(said, t);
  if (key === "mode") return t(`floor:mode.${said}.name`, { defaultValue: said });
  return t(`detail.value.${key}.${said}`, { defaultValue: said });
}

const percent = (share: number): number => Math.round(share * 100);
