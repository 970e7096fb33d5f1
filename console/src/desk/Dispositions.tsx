import { Button, Stack, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FaultText } from "../parts/FaultText";
import { KeyHint } from "../parts/KeyHint";
import { Ticker } from "../parts/Ticker";
import { AppointmentPicker } from "./AppointmentPicker";
import { dispose, setReady, useAct } from "./acts";
import classes from "./desk.module.css";
import type { DeskCall, DeskDisposition, DeskView } from "./types";
import { flushAll } from "./useAutoSave";
import { useKey } from "./useDeskKeys";

/** What came of the call: where its controls were, keys 1–9, before the wrap-up's time is over. */
export function Dispositions({ desk, call }: { desk: DeskView; call: DeskCall }) {
  const { t } = useTranslation("desk");
  const [timing, setTiming] = useState<DeskDisposition | null>(null);
  const said = useAct(async ({ code, at }: { code: string; at?: Date }) => {
    await flushAll(); // notes and answers first: they belong to the call
    await dispose({ attempt: call.id, disposition: code, callback_at: at?.toISOString() });
  });
  const choose = (one: DeskDisposition) => {
    if (one.needs_callback) setTiming(one);
    else said.act({ code: one.code });
  };
  return (
    <Stack gap={8} className={classes.appearing} data-testid="dispositions">
      <Text fw={600} size="sm" style={{ display: "flex", justifyContent: "space-between" }}>
        <span>{t("wrap.title")}</span>
        {call.wrap_until && (
          <span title={t("wrap.until")} data-testid="wrap-left">
            {t("wrap.left")} <Ticker until={call.wrap_until} />
          </span>
        )}
      </Text>
      {timing && desk.person ? (
        <AppointmentPicker
          zone={desk.person.time_zone}
          busy={said.busy}
          onPick={(at) => said.act({ code: timing.code, at })}
          onBack={() => setTiming(null)}
        />
      ) : (
        desk.dispositions.map((one, index) => (
          <Choice
            key={one.code}
            one={one}
            digit={
              one.key ??
              (index < 9 && !desk.dispositions.some((d) => d.key === index + 1) ? index + 1 : null)
            }
            said={desk.disposition === one.code}
            busy={said.busy}
            onChoose={() => choose(one)}
          />
        ))
      )}
      {!desk.dispositions.length && <NothingToSay />}
      <FaultText fault={said.fault} />
    </Stack>
  );
}

/** Somebody else has the call now, or it was none of a campaign. */
function NothingToSay() {
  const { t } = useTranslation("desk");
  const done = useAct(() => setReady({ ready: true, reason: "" }));
  useKey("digit1", () => done.act());
  return (
    <>
      <Text size="sm">{t("wrap.none")}</Text>
      <Button
        variant="default"
        size="sm"
        className={classes.control}
        loading={done.busy}
        onClick={() => done.act()}
        rightSection={<KeyHint keys="1" />}
        data-testid="wrap-done"
      >
        {t("wrap.done")}
      </Button>
      <FaultText fault={done.fault} />
    </>
  );
}

interface ChoiceProps {
  one: DeskDisposition;
  digit: number | null;
  said: boolean;
  busy: boolean;
  onChoose: () => void;
}

function Choice({ one, digit, said, busy, onChoose }: ChoiceProps) {
  const { i18n } = useTranslation();
  useKey(digit ? `digit${digit}` : null, onChoose);
  const label = (i18n.language === "zh" && one.label_zh) || one.label;
  return (
    <Button
      variant="default"
      data-success={one.success || undefined}
      size="sm"
      justify="space-between"
      disabled={busy}
      onClick={onChoose}
      leftSection={said ? <IconCheck size={16} /> : undefined}
      rightSection={digit && <KeyHint keys={String(digit)} />}
      className={classes.control}
      aria-keyshortcuts={digit ? String(digit) : undefined}
      data-testid={`disposition-${one.code}`}
    >
      {label}
    </Button>
  );
}
