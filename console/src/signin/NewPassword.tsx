import { PasswordInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

export interface Chosen {
  password: string;
  again: string;
}

export const NOTHING_CHOSEN: Chosen = { password: "", again: "" };

export const differs = ({ password, again }: Chosen) => again !== "" && again !== password;

interface Props {
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
  autoFocus?: boolean;
}

/** A new password, twice, with the rules beside it. */
export function NewPassword({ chosen, onChange, autoFocus }: Props) {
  const { t } = useTranslation("signin");
  const common = { required: true, withAsterisk: false, size: "sm" } as const;
  const toggle = { "aria-label": t("showPassword") };
  return (
    <>
      <PasswordInput
        {...common}
        label={t("newPassword")}
        description={t("rules")}
        name="new-password"
        autoComplete="new-password"
        autoFocus={autoFocus}
        value={chosen.password}
        visibilityToggleButtonProps={toggle}
        onChange={(event) => onChange({ ...chosen, password: event.currentTarget.value })}
      />
      <PasswordInput
        {...common}
        label={t("repeat")}
        name="new-password-again"
        autoComplete="new-password"
        value={chosen.again}
        error={differs(chosen) && t("differs")}
        visibilityToggleButtonProps={toggle}
        onChange={(event) => onChange({ ...chosen, again: event.currentTarget.value })}
      />
    </>
  );
}
