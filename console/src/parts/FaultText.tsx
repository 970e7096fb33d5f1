import { Alert, Button, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { asFault } from "../api/fault";

interface Props {
  fault: unknown;
  /** Offers to try again. */
  again?: () => void;
}

/** What went wrong and the way on, beside the thing that it concerns. Nothing when all is well. */
export function FaultText({ fault, again }: Props) {
  const { t } = useTranslation("parts");
  if (!fault) return null;
  const { what, cure, status } = asFault(fault);
  const known = status === 0 ? "unreachable" : what ? "" : status === 403 ? "forbidden" : "failed";
  return (
    <Alert
      role="alert"
      variant="light"
      color="red"
      p={8}
      icon={<IconAlertTriangle size={16} />}
      styles={{ message: { color: "var(--text)" }, icon: { marginInlineEnd: 8 } }}
    >
      <Text size="sm">{known ? t(`fault.${known}`) : what}</Text>
      {(cure || known) && (
        <Text size="sm" c="dimmed">
          {known ? t(`fault.${known}Cure`) : cure}
        </Text>
      )}
      {again && (
        <Button variant="subtle" size="compact-xs" onClick={again}>
          {t("again")}
        </Button>
      )}
    </Alert>
  );
}
