import { ActionIcon, Alert, CopyButton, Group, Stack, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./form.module.css";

interface Props {
  title: string;
  /** What it is called, and what it is. */
  items: { label: string; value: string }[];
  onClose: () => void;
}

/** What is told once and never again: to be copied now. */
export function SecretOnce({ title, items, onClose }: Props) {
  const { t } = useTranslation("parts");
  return (
    <Alert
      title={title}
      color="yellow"
      variant="light"
      withCloseButton
      closeButtonLabel={t("close")}
      onClose={onClose}
      role="alert"
      styles={{ title: { color: "var(--text)" }, message: { color: "var(--text)" } }}
    >
      <Stack gap={8}>
        <Text size="sm">{t("onlyNow")}</Text>
        {items.map(({ label, value }) => (
          <Group key={label} gap={8} wrap="nowrap">
            <Text size="sm" w={120} style={{ flexShrink: 0 }}>
              {label}
            </Text>
            <span className={classes.secret}>{value}</span>
            <CopyButton value={value}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? t("copied") : t("copy")}>
                  <ActionIcon variant="subtle" onClick={copy} aria-label={`${t("copy")}: ${label}`}>
                    {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
