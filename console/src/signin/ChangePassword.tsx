import { Button, PasswordInput, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { FaultText } from "../parts/FaultText";
import { differs, NewPassword, NOTHING_CHOSEN } from "./NewPassword";

export function ChangePassword({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("signin");
  const [old, setOld] = useState("");
  const [chosen, setChosen] = useState(NOTHING_CHOSEN);
  const change = useAct(
    () => ok(api.PUT("/v1/me/password", { body: { old, new: chosen.password } })),
    () => {
      setOld("");
      setChosen(NOTHING_CHOSEN);
      onDone();
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!differs(chosen)) change.act();
      }}
    >
      <Stack gap={12}>
        <PasswordInput
          label={t("oldPassword")}
          name="old-password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="sm"
          value={old}
          visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
          onChange={(event) => setOld(event.currentTarget.value)}
        />
        <NewPassword chosen={chosen} onChange={setChosen} />
        <FaultText fault={change.fault} />
        <Button type="submit" loading={change.busy} disabled={differs(chosen)}>
          {t("changePassword")}
        </Button>
      </Stack>
    </form>
  );
}
