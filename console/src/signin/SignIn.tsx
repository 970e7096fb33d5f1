import { Paper, Title } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch } from "./LanguageSwitch";
import { SignInForm } from "./SignInForm";
import classes from "./signin.module.css";

/** The page of those who are not signed in. */
export function SignIn({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("signin");
  useEffect(() => {
    document.title = `${t("signIn")} · CTI`;
  }, [t]);
  return (
    <main className={classes.page}>
      <Paper className={classes.card} withBorder>
        <img src="/mark.svg" alt="" width={40} height={40} />
        <Title order={1}>{t("title")}</Title>
        <SignInForm onDone={onDone} />
      </Paper>
      <LanguageSwitch />
    </main>
  );
}
