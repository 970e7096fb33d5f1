import { Group, NativeSelect, Popover, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StatePill } from "../parts/StatePill";
import { usePhone } from ".";
import { health } from "./health";
import { LevelMeter } from "./LevelMeter";
import { PhoneTrouble } from "./PhoneTrouble";

/** A phone of one's own: whether it is connected. */
export function SipPhone({ up }: { up: boolean }) {
  const { t } = useTranslation("phone");
  return (
    <StatePill
      state={up ? "up" : "lost"}
      word={t(up ? "sip.up" : "sip.down")}
      hint={t("sip.hint")}
    />
  );
}

/** Network and microphone of the page's phone in one pill; its devices behind a click. */
export function PhoneHealth() {
  const { t } = useTranslation("phone");
  const { view, phone } = usePhone();
  if (!phone) return null;
  const { state, key } = health(view);
  const quality = view.quality;
  return (
    <Popover position="bottom-end" width={320} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          data-testid="phone"
          data-line={view.line}
          data-call={view.call ?? ""}
          data-muted={view.muted}
          data-mic-fault={view.micFault ?? ""}
          title={t("devices")}
        >
          <Group gap={8} wrap="nowrap">
            <Tooltip label={t("levels")}>
              <span>
                <LevelMeter side="mic" />
                <LevelMeter side="far" />
              </span>
            </Tooltip>
            <StatePill state={state} word={t(`health.${key}`)} />
          </Group>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={12}>
          <PhoneTrouble />
          <NativeSelect
            label={t("microphone")}
            size="xs"
            value={view.mic}
            onChange={(event) => void phone.chooseMic(event.currentTarget.value)}
            data={[{ value: "", label: t("systemChoice") }, ...named(view.mics, t("unnamed"))]}
          />
          <NativeSelect
            label={t("speaker")}
            size="xs"
            value={view.speaker}
            onChange={(event) => void phone.chooseSpeaker(event.currentTarget.value)}
            data={[{ value: "", label: t("systemChoice") }, ...named(view.speakers, t("unnamed"))]}
          />
          {quality ? (
            <Text size="sm" data-testid="quality" data-word={quality.word}>
              {t(`quality.${quality.word}`)} ·{" "}
              {t("quality.figures", {
                loss: (quality.loss * 100).toFixed(1),
                jitter: Math.round(quality.jitterMs),
                rtt: quality.rttMs === null ? "–" : Math.round(quality.rttMs),
                mos: quality.mos.toFixed(1),
              })}
            </Text>
          ) : (
            <Text size="sm" c="dimmed">
              {t("quality.none")}
            </Text>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function named(devices: readonly { id: string; label: string }[], unnamed: string) {
  return devices.map(({ id, label }, index) => ({
    value: id,
    label: label || `${unnamed} ${index + 1}`,
  }));
}
