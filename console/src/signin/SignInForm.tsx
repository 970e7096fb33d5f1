import { Button, PasswordInput, PinInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { FaultText } from "../parts/FaultText";
import { type Credentials, signIn } from "./api";

interface Props {
  onDone: () => void;
  /** Already known: who was signed in here. */
  name?: string;
  /** In one line, for the bar above a page. */
  inline?: boolean;
}

/** Name and password, and the second factor where the account asks for it. */
export function SignInForm({ onDone, name: known, inline }: Props) {
  const { t } = useTranslation("signin");
  const [name, setName] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { act, busy, fault } = useAct((who: Credentials) => signIn(who), onDone);
  const wantsCode = fault?.need === "code";
  const asked = fault && (fault.status === 0 || !(wantsCode && !code)) ? fault : null;
  const submit = (with_code = code) =>
    act({ name: name.trim(), password, ...(with_code && { code: with_code }) });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack
        gap={12}
        style={inline ? { flexDirection: "row", alignItems: "end", flexWrap: "wrap" } : undefined}
      >
        <TextInput
          label={t("name")}
          name="username"
          autoComplete="username"
          autoFocus={!known}
          required
          withAsterisk={false}
          size={inline ? "xs" : "sm"}
          value={name}
          readOnly={Boolean(known)}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("password")}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size={inline ? "xs" : "sm"}
          miw={180}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
        />
        {wantsCode && (
          <div>
            <Text size="sm" fw={500} component="label" htmlFor="totp-code-1">
              {t("code")}
            </Text>
            <PinInput
              id="totp-code"
              length={6}
              type="number"
              oneTimeCode
              autoFocus
              size="sm"
              aria-label={t("code")}
              getInputProps={(index) => ({ "aria-label": t("digit", { n: index + 1 }) })}
              value={code}
              onChange={setCode}
              onComplete={submit}
            />
            {!inline && (
              <Text size="xs" c="dimmed" mt={4}>
                {t("codeHint")}
              </Text>
            )}
          </div>
        )}
        {asked && <FaultText fault={asked} />}
        <Button type="submit" size={inline ? "xs" : "sm"} loading={busy} data-testid="sign-in">
          {t("signIn")}
        </Button>
      </Stack>
    </form>
  );
}
