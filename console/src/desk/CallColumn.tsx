import { Button, Group, Stack, Text } from "@mantine/core";
import { IconHeadset } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { signInToFloor } from "./acts";
import { CallCard } from "./CallCard";
import { CallControls } from "./CallControls";
import { DialByHand } from "./DialByHand";
import { Dispositions } from "./Dispositions";
import { PreviewCard } from "./PreviewCard";
import type { DeskView } from "./types";

/** Left: the call, what can be done with it; afterwards, in the same place, what came of it. */
export function CallColumn({ desk }: { desk: DeskView }) {
  const { agent, call, preview, person } = desk;
  if (agent.state === "signed_out" && !call) return <Begin />;
  if (call) {
    return (
      <Stack gap={12}>
        <CallCard desk={desk} call={call} />
        {call.ended_at ? (
          <Dispositions key={call.id} desk={desk} call={call} />
        ) : (
          <CallControls key={call.id} desk={desk} call={call} />
        )}
      </Stack>
    );
  }
  if (preview && person) {
    return <PreviewCard key={preview.lead_id} preview={preview} person={person} />;
  }
  return <Idle desk={desk} />;
}

function Begin() {
  const { t } = useTranslation("desk");
  const { act, busy, fault } = useAct(signInToFloor);
  return (
    <EmptyState
      icon={<IconHeadset size={32} />}
      title={t("beginTitle")}
      action={
        <Stack gap={8}>
          <Button size="sm" loading={busy} onClick={() => act()}>
            {t("begin")}
          </Button>
          <FaultText fault={fault} />
        </Stack>
      }
    >
      {t("beginText")}
    </EmptyState>
  );
}

function Idle({ desk }: { desk: DeskView }) {
  const { t } = useTranslation("desk");
  const ready = desk.agent.state === "ready";
  return (
    <Stack gap={16}>
      <div>
        <Group gap={8}>
          <Text fw={600}>{t(ready ? "idle.ready" : "idle.away")}</Text>
        </Group>
        <Text size="sm" c="dimmed">
          {t(!desk.agent.phone_up ? "idle.noPhone" : ready ? "idle.readyText" : "idle.awayText")}
        </Text>
      </div>
      <DialByHand desk={desk} />
    </Stack>
  );
}
