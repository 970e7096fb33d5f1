import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { FaultText } from "../parts/FaultText";
import { dispose } from "./acts";
import classes from "./desk.module.css";
import type { DeskCall, DeskView } from "./types";

/** It sounds like no person: the agent, who hears it, decides. */
export function SoundsLike({ desk, call }: { desk: DeskView; call: DeskCall }) {
  const { t } = useTranslation("desk");
  const heard = call.sounds_like?.heard;
  const said = useAct((code: string) => dispose({ attempt: call.id, disposition: code }));
  if (!heard || !call.sounds_like) return null;
  const fitting = desk.dispositions.find((one) => one.code === heard || one.code.startsWith(heard));
  return (
    <div className={classes.banner} role="status">
      <Text size="sm">
        {t(`soundsLike.${heard}`, { percent: Math.round(call.sounds_like.confidence * 100) })}
      </Text>
      {fitting && (
        <Group mt={4}>
          <Button variant="default" loading={said.busy} onClick={() => said.act(fitting.code)}>
            {t("soundsLike.yes")}
          </Button>
        </Group>
      )}
      <FaultText fault={said.fault} />
    </div>
  );
}
