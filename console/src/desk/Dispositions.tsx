import { Button, Stack, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FaultText } from "../parts/FaultText";
import { KeyHint } from "../parts/KeyHint";
import { Ticker } from "../parts/Ticker";
import { AppointmentPicker } from "./AppointmentPicker";
import { dispose, useAct, wrappedUp } from "./acts";
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
        <span>{t(desk.dispositions.length ? "wrap.title" : "wrap.notes")}</span>
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
      {!desk.dispositions.length && <NothingToSay call={call} />}
      <FaultText fault={said.fault} />
    </Stack>
  );
}

/** Somebody else has the call now and the word on it, or it was none of a campaign. */
function NothingToSay({ call }: { call: DeskCall }) {
  const { t } = useTranslation("desk");
  const done = useAct(async () => {
    await flushAll();
    await wrappedUp(call.id);
  });
  useKey("digit1", () => done.act());
  return (
    <>
      <Text size="sm" data-testid="handed-on">
        {handedOn(t, call)}
      </Text>
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

function handedOn(t: TFunction<"desk">, { handed_on }: DeskCall): string {
  if (!handed_on) return t("wrap.none");
  if (handed_on.kind === "queue") return t("wrap.queue");
  return t(handed_on.over ? "wrap.had" : "wrap.has", { who: handed_on.name });
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
