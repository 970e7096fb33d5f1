import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { FaultText } from "../parts/FaultText";
import { signIn } from "./api";
import { CodeInput } from "./CodeInput";
import classes from "./signin.module.css";

interface Props {
  onDone: () => void;
  /** Already known: who was signed in here. */
  name?: string;
  /** In one line, for the bar above a page. */
  inline?: boolean;
}

/** Name and password, and the second step where the account asks for it. */
export function SignInForm({ onDone, name: known, inline }: Props) {
  const { t } = useTranslation("signin");
  const [name, setName] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wantsCode, setWantsCode] = useState(false);
  const { act, busy, fault } = useAct(
    () => signIn({ name: name.trim(), password, code: code.trim() }),
    onDone,
    ({ need }) => need === "code" && setWantsCode(true),
  );
  const size = inline ? "xs" : "sm";
  // Being asked for the code is no fault.
  const told = fault?.need === "code" && !code ? null : fault;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        act();
      }}
    >
      <Stack gap={12} className={inline ? classes.inline : undefined}>
        <TextInput
          label={t("name")}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          autoFocus={!known}
          required
          withAsterisk={false}
          size={size}
          value={name}
          readOnly={Boolean(known)}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("password")}
          name="password"
          autoComplete="current-password"
          autoFocus={Boolean(known)}
          required
          withAsterisk={false}
          size={size}
          miw={180}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
        />
        {wantsCode && <CodeInput value={code} onChange={setCode} size={size} hint={!inline} />}
        <FaultText fault={told} />
        <Button type="submit" size={size} loading={busy} data-testid="sign-in">
          {t("signIn")}
        </Button>
      </Stack>
    </form>
  );
}
