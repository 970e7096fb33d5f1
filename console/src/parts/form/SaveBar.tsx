import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Act } from "../../api/act";
import { FaultText } from "../FaultText";
import { type Draft, useGuard } from "./draft";
import classes from "./form.module.css";

interface Props {
  draft: Pick<Draft<object>, "dirty" | "reset">;
  save: Act;
}

/** Shown while there is something unsaved; also asks before the page is left with it. */
export function SaveBar({ draft: { dirty, reset }, save: { act, busy, fault, forget } }: Props) {
  const { t } = useTranslation("parts");
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
          <Button
            variant="default"
            disabled={busy || !dirty}
            onClick={() => {
              reset();
              forget();
            }}
          >
            {t("discard")}
          </Button>
          <Button onClick={() => act()} loading={busy} disabled={!dirty}>
            {t("save")}
          </Button>
        </Group>
      )}
    </section>
  );
}
