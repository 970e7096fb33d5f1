import { notifications } from "@mantine/notifications";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type Notice, store } from "../live";

/** Told elsewhere on the page: beside the call, or by the phone. */
const SHOWN_ELSEWHERE = new Set(["sounds_like", "phone_free", "phone_elsewhere"]);
const LONG = 8000;

/** What others did that concerns this person: messages, being listened to, a forced state. */
export function Notices() {
  const { t, i18n } = useTranslation("app");
  useEffect(
    () =>
      store.onNotice((notice) => {
        if (SHOWN_ELSEWHERE.has(notice.kind)) return;
        const key = `notice.${titleOf(notice)}`;
        const known = i18n.exists(`app:${key}`);
        const name = String(notice.details?.name ?? "");
        notifications.show({
          title: known ? t(key, { from: notice.from, name }) : notice.from,
          message: notice.kind === "message" || !known ? notice.text : null,
          // What a person wrote stays until it is read.
          autoClose: notice.kind === "message" ? false : LONG,
          withBorder: true,
          closeButtonProps: { "aria-label": t("parts:close") },
          "data-testid": `notice-${notice.kind}`,
        });
      }),
    [t, i18n],
  );
  return null;
}

/** Kinds with several words: "listened.whisper", "forced.hung_up". */
function titleOf({ kind, details }: Notice): string {
  const more = kind === "listened" ? details?.way : kind === "forced" ? details?.what : null;
  return more ? `${kind}.${String(more)}` : kind;
}
