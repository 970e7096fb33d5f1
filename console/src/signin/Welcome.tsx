import { Button, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { FaultText } from "../parts/FaultText";
import { redeem } from "./api";
import { Card } from "./Card";
import { CodeInput } from "./CodeInput";
import { differs, NewPassword, NOTHING_CHOSEN } from "./NewPassword";

/**
 * /welcome#token: a one-time link. It is opened by a click, not by the page itself: programs that
 * look at links beforehand must not use it up. Some links ask for a password to be chosen.
 */
export function Welcome() {
  const { t } = useTranslation("signin");
  // Kept here and taken out of the address: it must not stay in the browser's history.
  const [token] = useState(() => location.hash.slice(1));
  const [chosen, setChosen] = useState(NOTHING_CHOSEN);
  const [code, setCode] = useState("");
  const [needs, setNeeds] = useState({ password: false, code: false });
  const { act, busy, fault } = useAct(
    () => redeem({ token, password: needs.password ? chosen.password : undefined, code }),
    () => location.assign("/"),
    ({ need }) => need && setNeeds((before) => ({ ...before, [need]: true })),
  );
  useEffect(() => history.replaceState(null, "", location.pathname), []);
  const onlyAsked =
    (fault?.need === "password" && !chosen.password) || (fault?.need === "code" && !code);
  if (!token) {
    return (
      <Card title={t("welcome.title")}>
        <Text size="sm">{t("welcome.noToken")}</Text>
      </Card>
    );
  }
  return (
    <Card title={t("welcome.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!differs(chosen)) act();
        }}
      >
        <Stack gap={12}>
          <Text size="sm">{t(needs.password ? "welcome.choose" : "welcome.text")}</Text>
          {needs.password && <NewPassword autoFocus chosen={chosen} onChange={setChosen} />}
          {needs.code && <CodeInput value={code} onChange={setCode} />}
          <FaultText fault={onlyAsked ? null : fault} />
          <Button
            type="submit"
            size="sm"
            loading={busy}
            disabled={differs(chosen)}
            data-testid="enter"
          >
            {t(needs.password ? "welcome.enter" : "signIn")}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
