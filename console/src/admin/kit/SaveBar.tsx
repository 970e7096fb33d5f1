import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Fault } from "../../api/fault";
import { FaultText } from "../../parts/FaultText";
import { useGuard } from "./draft";
import classes from "./kit.module.css";

interface Props {
  dirty: boolean;
  busy: boolean;
  fault: Fault | null;
  onSave: () => void;
  onReset: () => void;
}

/** Shown while there is something unsaved; also asks before the page is left with it. */
export function SaveBar({ dirty, busy, fault, onSave, onReset }: Props) {
  const { t } = useTranslation("admin");
  const guard = useGuard(dirty);
  const leaving = guard.state === "blocked";
  if (!dirty && !fault) return null;
  return (
    <section className={classes.saveBar} aria-label={t("unsaved")}>
      {leaving ? (
        <Text size="sm" fw={600} role="alert">
          {t("leaveQuestion")}
        </Text>
      ) : fault ? (
        <FaultText fault={fault} />
      ) : (
        <Text size="sm">{t("unsaved")}</Text>
      )}
      {leaving ? (
        <Group gap={8} wrap="nowrap">
          <Button variant="default" color="red" onClick={() => guard.proceed()}>
            {t("leaveAnyway")}
          </Button>
          <Button onClick={() => guard.reset()}>{t("stay")}</Button>
        </Group>
      ) : (
        <Group gap={8} wrap="nowrap">
          <Button variant="default" onClick={onReset} disabled={busy || !dirty}>
            {t("discard")}
          </Button>
          <Button onClick={onSave} loading={busy} disabled={!dirty}>
            {t("parts:save")}
          </Button>
        </Group>
      )}
    </section>
  );
}
