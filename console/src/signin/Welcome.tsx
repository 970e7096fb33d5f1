import { Button, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { FaultText } from "../parts/FaultText";
import { redeem } from "./api";
import { LanguageSwitch } from "./LanguageSwitch";
import classes from "./signin.module.css";

/** /welcome#token: a one-time link. One chooses a password, and is in. */
export function Welcome() {
  const { t } = useTranslation("signin");
  // Kept here and taken out of the address: it must not stay in the browser's history.
  const [token] = useState(() => location.hash.slice(1));
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== password;
  const { act, busy, fault } = useAct(
    () => redeem(token, password),
    () => location.assign("/"),
  );
  useEffect(() => {
    history.replaceState(null, "", location.pathname);
    document.title = `${t("welcome.title")} · CTI`;
  }, [t]);

  return (
    <main className={classes.page}>
      <Paper className={classes.card} withBorder>
        <img src="/mark.svg" alt="" width={40} height={40} />
        <Title order={1}>{t("welcome.title")}</Title>
        {token ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!differs) act();
            }}
          >
            <Stack gap={12}>
              <Text size="sm">{t("welcome.text")}</Text>
              <PasswordInput
                label={t("newPassword")}
                description={t("rules")}
                name="new-password"
                autoComplete="new-password"
                autoFocus
                required
                withAsterisk={false}
                size="sm"
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              <PasswordInput
                label={t("repeat")}
                name="new-password-again"
                autoComplete="new-password"
                required
                withAsterisk={false}
                size="sm"
                value={again}
                error={differs && t("differs")}
                onChange={(event) => setAgain(event.currentTarget.value)}
              />
              <FaultText fault={fault} />
              <Button type="submit" size="sm" loading={busy} disabled={differs} data-testid="enter">
                {t("welcome.enter")}
              </Button>
            </Stack>
          </form>
        ) : (
          <Text size="sm">{t("welcome.noToken")}</Text>
        )}
      </Paper>
      <LanguageSwitch />
    </main>
  );
}
