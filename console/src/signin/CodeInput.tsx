import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  value: string;
  onChange: (code: string) => void;
  size?: "xs" | "sm";
  hint?: boolean;
}

/** The code of the second step: six digits of the authenticator, or a recovery code. */
export function CodeInput({ value, onChange, size = "sm", hint = true }: Props) {
  const { t } = useTranslation("signin");
  return (
    <TextInput
      label={t("code")}
      description={hint ? t("codeHint") : undefined}
      name="code"
      autoComplete="one-time-code"
      autoFocus
      required
      withAsterisk={false}
      maxLength={32}
      size={size}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
