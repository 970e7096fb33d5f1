import { notifications } from "@mantine/notifications";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type Notice, store } from "../live";

/** What others did that concerns this person: messages, being listened to, a forced state. */
export function Notices() {
  const { t, i18n } = useTranslation("app");
  useEffect(
    () =>
      store.onNotice((notice: Notice) => {
        const known = i18n.exists(`app:notice.${notice.kind}`);
        notifications.show({
          title: known ? t(`notice.${notice.kind}`, { from: notice.from }) : notice.from,
          message: notice.text,
          autoClose: notice.kind === "message" ? false : 8000,
          withBorder: true,
        });
      }),
    [t, i18n],
  );
  return null;
}
