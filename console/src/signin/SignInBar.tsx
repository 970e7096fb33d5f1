import { Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { fetchMe, ME, useMe } from "../api/me";
import { queries } from "../api/queries";
import { session } from "../api/session";
import { SignInForm } from "./SignInForm";
import classes from "./signin.module.css";

/**
 * The session ended in the middle of work: sign in above the page, which stays as it is. What was
 * about to be saved is saved as soon as one is signed in again. No modal: a call may be live.
 */
export function SignInBar() {
  const { t } = useTranslation("signin");
  const { name } = useMe();
  const needed = useSyncExternalStore(session.subscribe, () => session.signInNeeded);
  if (!needed) return null;
  const done = async () => {
    const me = await fetchMe();
    if (me.name !== name) location.assign("/");
    queries.setQueryData(ME, me);
  };
  return (
    <section className={classes.bar} aria-label={t("again")} data-testid="sign-in-again">
      <Text fw={600} size="sm">
        {t("again")}
      </Text>
      <Text size="sm" mb={8}>
        {t("againText")}
      </Text>
      <SignInForm name={name} inline onDone={() => void done()} />
    </section>
  );
}
