import { CloseButton, Dialog, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { KeyHint } from "../parts/KeyHint";
import classes from "./desk.module.css";
import { type DeskKey, KEYS } from "./keys";

/** All keys, in a corner: it covers no control and takes no focus. */
export function KeysHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("desk");
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      position={{ bottom: 16, left: 336 }}
      aria-label={t("keys.title")}
    >
      <Group justify="space-between" mb={8}>
        <Text fw={600} size="sm">
          {t("keys.title")}
        </Text>
        <CloseButton size="sm" onClick={onClose} aria-label={t("parts:close")} />
      </Group>
      <dl className={classes.fields}>
        {(Object.keys(KEYS) as DeskKey[]).map((act) => (
          <Line key={act} keys={KEYS[act]} text={t(`keys.${act}`)} />
        ))}
        <Line keys="1–9" text={t("keys.dispose")} />
      </dl>
      <Text size="xs" c="dimmed" mt={8}>
        {t("keys.alt")}
      </Text>
    </Dialog>
  );
}

function Line({ keys, text }: { keys: string; text: string }) {
  return (
    <>
      <dt>
        <KeyHint keys={keys} />
      </dt>
      <dd>{text}</dd>
    </>
  );
}
