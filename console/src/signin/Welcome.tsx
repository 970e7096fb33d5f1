import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { FaultText } from "../parts/FaultText";
import { redeem } from "./api";
import { LanguageSwitch } from "./LanguageSwitch";
import classes from "./signin.module.css";

/**
 * /welcome#token: a one-time link. The service says what it still needs: a password to be chosen,
 * a code of the second step, or nothing, and one is in.
 */
export function Welcome() {
  const { t } = useTranslation("signin");
  // Kept here and taken out of the address: it must not stay in the browser's history.
  const [token] = useState(() => location.hash.slice(1));
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== password;
  const [code, setCode] = useState("");
  const { act, busy, fault } = useAct(
    () => redeem(token, password, code),
    () => location.assign("/"),
  );
  const [needs, setNeeds] = useState<ReadonlySet<string>>(new Set());
  const need = fault?.need;
  useEffect(() => {
    if (need) setNeeds((before) => new Set(before).add(need));
  }, [need]);
  const asked = useRef(false);
  useEffect(() => {
    if (token && !asked.current) act();
    asked.current = true;
  });
  // Only asked for what is missing, one has done nothing wrong yet.
  const wrong = fault && !(need && (need === "password" ? !password : !code)) ? fault : null;
  useEffect(() => {
    history.replaceState(null, "", location.pathname);
    document.title = `${t("welcome.title")} · CTI`;
  }, [t]);

  return (
    <main className={classes.page}>
      <Paper className={classes.card} withBorder>
        <img src="/mark.svg" alt="" width={40} height={40} />
        <Title order={1}>{t("welcome.title")}</Title>
        {!token && <Text size="sm">{t("welcome.noToken")}</Text>}
        {token && needs.size === 0 && <FaultText fault={wrong} />}
        {needs.size > 0 && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!differs) act();
            }}
          >
            <Stack gap={12}>
              {needs.has("password") && (
                <>
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
                    visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
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
                    visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
                  />
                </>
              )}
              {needs.has("code") && (
                <TextInput
                  label={t("code")}
                  description={t("codeHint")}
                  name="one-time-code"
                  autoComplete="one-time-code"
                  inputMode="numeric"
                  autoFocus
                  required
                  withAsterisk={false}
                  size="sm"
                  value={code}
                  onChange={(event) => setCode(event.currentTarget.value)}
                />
              )}
              <FaultText fault={wrong} />
              <Button type="submit" size="sm" loading={busy} disabled={differs} data-testid="enter">
                {t(needs.has("password") ? "welcome.enter" : "signIn")}
              </Button>
            </Stack>
          </form>
        )}
      </Paper>
      <LanguageSwitch />
    </main>
  );
}
