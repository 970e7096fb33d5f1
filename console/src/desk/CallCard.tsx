import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Duration } from "../parts/Duration";
import { StatePill } from "../parts/StatePill";
import { Ticker } from "../parts/Ticker";
import classes from "./desk.module.css";
import { phase } from "./phase";
import type { DeskCall, DeskView } from "./types";

/** Who it is, for which campaign, and how long. */
export function CallCard({ desk, call }: { desk: DeskView; call: DeskCall }) {
  const { t, i18n } = useTranslation("desk");
  const now = phase(desk);
  const talking = call.bridged_at !== null && !call.ended_at;
  const shown = now === "ended" || now === "ringing" || now === "asked" ? now : "talking";
  return (
    <Stack gap={8} data-testid="call" data-call={call.id} data-phase={shown}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <div className={classes.name}>{call.name || call.number || t("call.unknown")}</div>
          {call.name && <Text size="sm">{call.number}</Text>}
        </div>
        <Ticking call={call} />
      </Group>
      <Text size="sm" c="dimmed">
        {t(`call.kind.${call.kind}`)} · {call.campaign}
      </Text>
      <Group gap={4}>
        {call.held && !call.ended_at && <StatePill state="held" />}
        {now === "ringing" && <StatePill state="ringing" />}
        {now === "asked" && <StatePill state="reserved" word={t("call.asked")} />}
        {talking && <RecordingPill call={call} />}
        {call.parties
          .filter((party) => party.kind !== "customer" && party.state !== "gone")
          .map((party) => (
            <StatePill
              key={party.id}
              state={party.state}
              word={`${t(`party.${party.kind}`)} ${party.name}`}
              hint={t(`parts:state.${party.state}`)}
            />
          ))}
      </Group>
      {call.notice && talking && call.recording !== "off" && (
        <Text size="sm" className={classes.banner}>
          {t("call.notice", { text: (i18n.language === "zh" && call.notice_zh) || call.notice })}
        </Text>
      )}
    </Stack>
  );
}

function Ticking({ call }: { call: DeskCall }) {
  if (call.ended_at) {
    const from = call.bridged_at ?? call.placed_at;
    const seconds = (Date.parse(call.ended_at) - Date.parse(from)) / 1000;
    return (
      <span className={classes.timer}>
        <Duration seconds={call.bridged_at ? seconds : 0} />
      </span>
    );
  }
  return <Ticker since={call.bridged_at ?? call.placed_at} className={classes.timer} />;
}

function RecordingPill({ call }: { call: DeskCall }) {
  const { t } = useTranslation("desk");
  if (call.recording === "paused") {
    return (
      <StatePill state="paused" word={t("call.recordingPaused")} hint={t("call.resumesHint")}>
        {call.recording_resumes_at && <Ticker until={call.recording_resumes_at} />}
      </StatePill>
    );
  }
  return <StatePill state={call.recording} word={t(`call.recorded.${call.recording}`)} />;
}
