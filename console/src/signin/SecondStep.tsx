import { Button, Code, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { QRCodeSVG } from "qrcode.react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { ME, useMe } from "../api/me";
import { queries } from "../api/queries";
import type { TotpOffer } from "../api/schema";
import { FaultText } from "../parts/FaultText";
import { CodeInput } from "./CodeInput";
import classes from "./signin.module.css";

/** Set up, or give up, the code of an authenticator at sign-in. */
export function SecondStep() {
  const { t } = useTranslation("signin");
  const { totp } = useMe();
  const [password, setPassword] = useState("");
  const [offer, setOffer] = useState<TotpOffer | null>(null);
  const [recovery, setRecovery] = useState<string[] | null>(null);
  const refreshed = () => void queries.invalidateQueries({ queryKey: ME });

  const begin = useAct(
    () => ok(api.POST("/v1/me/totp", { body: { password } })),
    (answer) => "uri" in answer && setOffer(answer),
  );
  const remove = useAct(
    () => ok(api.DELETE("/v1/me/totp", { body: { password } })),
    () => {
      setPassword("");
      refreshed();
    },
  );
  if (recovery) return <Recovery codes={recovery} onDone={() => setRecovery(null)} />;
  if (offer) {
    return (
      <Confirm
        offer={offer}
        password={password}
        onBack={() => setOffer(null)}
        onDone={(codes) => {
          setOffer(null);
          setPassword("");
          setRecovery(codes);
          refreshed();
        }}
      />
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (totp) remove.act();
        else begin.act();
      }}
    >
      <Stack gap={12}>
        <Text size="sm">{t(totp ? "totp.on" : "totp.off")}</Text>
        <PasswordInput
          label={t("password")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="sm"
          value={password}
          visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <FaultText fault={begin.fault ?? remove.fault} />
        <Button
          type="submit"
          variant={totp ? "default" : "filled"}
          loading={begin.busy || remove.busy}
        >
          {t(totp ? "totp.remove" : "totp.setUp")}
        </Button>
      </Stack>
    </form>
  );
}

interface ConfirmProps {
  offer: TotpOffer;
  password: string;
  onBack: () => void;
  onDone: (recovery: string[]) => void;
}

function Confirm({ offer, password, onBack, onDone }: ConfirmProps) {
  const { t } = useTranslation("signin");
  const [code, setCode] = useState("");
  const confirm = useAct(
    () => ok(api.POST("/v1/me/totp", { body: { password, code: code.trim() } })),
    (answer) => "recovery_codes" in answer && onDone(answer.recovery_codes),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.act();
      }}
    >
      <Stack gap={12}>
        <Text size="sm">{t("totp.scan")}</Text>
        {/* Black on white in every theme: cameras expect it. */}
        <QRCodeSVG value={offer.uri} size={168} marginSize={2} title={t("totp.qr")} />
        <Text size="sm" c="dimmed">
          {t("totp.byHand")} <Code>{offer.secret}</Code>
        </Text>
        <CodeInput value={code} onChange={setCode} />
        <FaultText fault={confirm.fault} />
        <Group gap={8}>
          <Button variant="default" onClick={onBack}>
            {t("parts:cancel")}
          </Button>
          <Button type="submit" loading={confirm.busy}>
            {t("totp.confirm")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Recovery({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useTranslation("signin");
  return (
    <Stack gap={12}>
      <Text size="sm">{t("totp.recovery")}</Text>
      <div className={classes.codes}>
        {codes.map((code) => (
          <span key={code}>{code}</span>
        ))}
      </div>
      <Button onClick={onDone}>{t("totp.kept")}</Button>
    </Stack>
  );
}
