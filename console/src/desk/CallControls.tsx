import { Stack, Text } from "@mantine/core";
import {
  IconArrowForwardUp,
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerRecord,
} from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { useActs } from "../app/acts";
import { FaultText } from "../parts/FaultText";
import { usePhone } from "../phone";
import { hangUp, hold, pauseRecording, resume, resumeRecording } from "./acts";
import { Consulting } from "./Consulting";
import { Control } from "./Control";
import classes from "./desk.module.css";
import { Keypad } from "./Keypad";
import { phase } from "./phase";
import { SoundsLike } from "./SoundsLike";
import { TransferPanel } from "./TransferPanel";
import type { DeskCall, DeskView } from "./types";

type Panel = "keypad" | "transfer" | null;

/** Everything one does with a live call, each with its key. */
export function CallControls({ desk, call }: { desk: DeskView; call: DeskCall }) {
  const { t } = useTranslation("desk");
  const { view, phone } = usePhone();
  useEffect(() => phone?.forCall(call.id), [phone, call.id]);
  const [panel, setPanel] = useState<Panel>(null);
  const end = useAct(hangUp);
  const holding = useAct(() => (call.held ? resume() : hold()));
  const recording = useAct(() =>
    call.recording === "paused" ? resumeRecording() : pauseRecording(),
  );
  const now = phase(desk);
  const talking = now !== "ringing" && now !== "asked";
  const alone = now === "alone";
  const toggle = (which: Panel) => setPanel((open) => (open === which ? null : which));
  useActs([
    { id: "call.end", label: t("control.hangUp"), run: () => end.act() },
    ...(alone
      ? [
          {
            id: "call.hold",
            label: t(call.held ? "control.resume" : "control.hold"),
            run: () => holding.act(),
          },
          { id: "call.transfer", label: t("control.transfer"), run: () => setPanel("transfer") },
          { id: "call.keypad", label: t("control.keypad"), run: () => setPanel("keypad") },
        ]
      : []),
  ]);
  return (
    <Stack gap={12}>
      {call.sounds_like && <SoundsLike desk={desk} call={call} />}
      <div className={classes.controls}>
        {phone && view.call === "ringing" && (
          <Control
            keyOf="answer"
            full
            color="var(--good-solid)"
            variant="filled"
            icon={<IconPhone size={16} />}
            onClick={() => phone.answer()}
            testId="answer"
          >
            {t("control.answer")}
          </Control>
        )}
        {phone && (
          <Control
            keyOf="mute"
            pressed={view.muted}
            color={view.muted ? "var(--warn-solid)" : undefined}
            variant={view.muted ? "filled" : "default"}
            icon={view.muted ? <IconMicrophoneOff size={16} /> : <IconMicrophone size={16} />}
            onClick={() => phone.mute(!view.muted)}
            testId="mute"
          >
            {t(view.muted ? "control.unmute" : "control.mute")}
          </Control>
        )}
        {talking && (
          <>
            {alone && (
              <Control
                keyOf="hold"
                pressed={call.held}
                loading={holding.busy}
                color={call.held ? "var(--warn-solid)" : undefined}
                variant={call.held ? "filled" : "default"}
                icon={call.held ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
                onClick={() => holding.act()}
                testId="hold"
              >
                {t(call.held ? "control.resume" : "control.hold")}
              </Control>
            )}
            <Control
              keyOf="keypad"
              pressed={panel === "keypad"}
              icon={<IconDialpad size={16} />}
              onClick={() => toggle("keypad")}
              testId="keypad"
            >
              {t("control.keypad")}
            </Control>
            {alone && (
              <Control
                keyOf="transfer"
                pressed={panel === "transfer"}
                icon={<IconArrowForwardUp size={16} />}
                onClick={() => toggle("transfer")}
                testId="transfer"
              >
                {t("control.transfer")}
              </Control>
            )}
            {call.recording !== "off" && (
              <Control
                keyOf="recording"
                full
                pressed={call.recording === "paused"}
                loading={recording.busy}
                icon={
                  call.recording === "paused" ? (
                    <IconPlayerRecord size={16} />
                  ) : (
                    <IconPlayerPause size={16} />
                  )
                }
                onClick={() => recording.act()}
                testId="recording"
              >
                {t(call.recording === "paused" ? "control.record" : "control.pauseRecording")}
              </Control>
            )}
          </>
        )}
        <Control
          keyOf="hangUp"
          full
          variant="filled"
          color="var(--bad-solid)"
          loading={end.busy}
          icon={<IconPhoneOff size={16} />}
          onClick={() => end.act()}
          testId="hang-up"
        >
          {t(`leave.${now}`, { who: call.consult?.value })}
        </Control>
      </div>
      <FaultText fault={end.fault ?? holding.fault ?? recording.fault} />
      {!talking && (
        <Text size="sm" c="dimmed">
          {t(now === "asked" ? "call.askedText" : "call.waiting")}
        </Text>
      )}
      {call.consult && talking && !alone && <Consulting consult={call.consult} phase={now} />}
      {panel === "keypad" && talking && <Keypad />}
      {panel === "transfer" && alone && <TransferPanel onDone={() => setPanel(null)} />}
    </Stack>
  );
}
