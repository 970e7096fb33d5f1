import { Button, Group, Stack, Text } from "@mantine/core";
import {
  IconCalendarPlus,
  IconPhoneIncoming,
  IconPhoneOutgoing,
  IconPhoneX,
  IconUser,
} from "@tabler/icons-react";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmButton } from "../parts/ConfirmButton";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { KeyHint } from "../parts/KeyHint";
import { MaskedNumber } from "../parts/MaskedNumber";
import { clock, moment } from "../parts/time";
import { AppointmentPicker } from "./AppointmentPicker";
import { appoint, dispose, doNotCall, useAct } from "./acts";
import classes from "./desk.module.css";
import { KEYS } from "./keys";
import { Notes } from "./Notes";
import { TheirClock } from "./TheirClock";
import type { DeskCall, DeskView, EarlierCall, Person } from "./types";
import { useKey } from "./useDeskKeys";

/** Right: who it is, what was before, what is written down. */
export function PersonColumn({ desk, person }: { desk: DeskView; person: Person | null }) {
  const { t, i18n } = useTranslation("desk");
  const { call } = desk;
  return (
    <Stack gap={16}>
      {person ? (
        <Details person={person} />
      ) : (
        <EmptyState
          icon={<IconUser size={24} />}
          title={t(call ? "person.unknown" : "person.nobody")}
        >
          {t(call ? "person.unknownText" : "person.nobodyText")}
        </EmptyState>
      )}
      {call && <Notes key={call.id} attempt={call.id} notes={desk.notes} />}
      {desk.colleagues.map((note) => (
        <Text key={note.agent} size="sm" className={classes.banner} data-testid="colleague-note">
          <b>{t("notes.colleague", { who: note.agent })}</b>
          <span style={{ display: "block", whiteSpace: "pre-wrap" }}>{note.text}</span>
        </Text>
      ))}
      {person?.appointment && (
        <Text size="sm" className={classes.banner}>
          {t("person.appointment", { at: moment(person.appointment, i18n.language) })}
        </Text>
      )}
      {call && person && <Promises key={`p${call.id}`} call={call} person={person} desk={desk} />}
      {person && <Timeline history={person.history} desk={desk} />}
    </Stack>
  );
}

function Details({ person }: { person: Person }) {
  const { t } = useTranslation("desk");
  const fields = Object.entries(person.fields).filter(([, value]) => value);
  return (
    <section data-testid="person" data-lead={person.lead_id}>
      <div className={classes.name}>{person.name || t("call.unknown")}</div>
      <Group gap={8} mb={8}>
        {person.reference && (
          <Text size="sm" c="dimmed">
            {person.reference}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {t("person.localTime")} <TheirClock zone={person.time_zone} />
        </Text>
      </Group>
      <dl className={classes.fields}>
        {fields.map(([field, value]) => (
          <Field key={field} name={field}>
            {value}
          </Field>
        ))}
        {person.numbers.map((number) => (
          <Field key={number.id} name={t("person.number")}>
            <MaskedNumber masked={number.masked} leadId={person.lead_id} numberId={number.id} />
            {!number.usable && number.why_not && (
              <Text size="xs" c="dimmed">
                {number.why_not}
              </Text>
            )}
          </Field>
        ))}
      </dl>
    </section>
  );
}

function Field({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** What is promised: another call at a time of theirs, or none ever again. */
function Promises({ call, person, desk }: { call: DeskCall; person: Person; desk: DeskView }) {
  const { t } = useTranslation("desk");
  const [picking, setPicking] = useState(false);
  const inbound = call.kind === "inbound";
  const callback = desk.dispositions.find((one) => one.needs_callback);
  // Of a caller it is kept at once; in a call of ours it is what came of the call.
  const promise = useAct(
    (at: Date) =>
      inbound || !callback
        ? appoint(at)
        : dispose({
            attempt: call.id,
            disposition: callback.code,
            callback_at: at.toISOString(),
          }),
    () => setPicking(false),
  );
  const never = useAct(() => doNotCall(call.id));
  const canPromise = inbound || (!call.ended_at && callback !== undefined);
  const button = useRef<HTMLButtonElement>(null);
  useKey("doNotCall", () => {
    button.current?.focus();
    button.current?.click();
  });
  useKey(canPromise && !picking ? "appointment" : null, () => setPicking(true));
  return (
    <Stack gap={8}>
      {picking ? (
        <AppointmentPicker
          zone={person.time_zone}
          busy={promise.busy}
          onPick={(at) => promise.act(at)}
          onBack={() => setPicking(false)}
        />
      ) : (
        <Stack gap={8}>
          {canPromise && (
            <Button
              variant="default"
              size="sm"
              className={classes.control}
              leftSection={<IconCalendarPlus size={16} />}
              rightSection={<KeyHint keys={KEYS.appointment} />}
              onClick={() => setPicking(true)}
              data-testid="appoint"
            >
              {t("person.appoint")}
            </Button>
          )}
          <ConfirmButton
            ref={button}
            size="sm"
            className={classes.control}
            leftSection={<IconPhoneX size={16} />}
            rightSection={<KeyHint keys={KEYS.doNotCall} />}
            aria-keyshortcuts={KEYS.doNotCall}
            question={t("person.doNotCallReally")}
            loading={never.busy}
            onConfirm={() => never.act()}
            data-testid="do-not-call"
          >
            {t("person.doNotCall")}
          </ConfirmButton>
        </Stack>
      )}
      <FaultText fault={promise.fault ?? never.fault} />
    </Stack>
  );
}

function Timeline({ history, desk }: { history: readonly EarlierCall[]; desk: DeskView }) {
  const { t, i18n } = useTranslation("desk");
  const said = (code: string) => {
    const one = desk.dispositions.find((d) => d.code === code);
    return (i18n.language === "zh" && one?.label_zh) || one?.label || code;
  };
  return (
    <section>
      <h2 className={classes.heading} style={{ marginBottom: 8 }}>
        {t("person.history")}
      </h2>
      {history.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("person.first")}
        </Text>
      )}
      <ol className={classes.timeline}>
        {history.map((one) => {
          const Way = one.direction === "in" ? IconPhoneIncoming : IconPhoneOutgoing;
          const outcome = one.outcome ? t(`outcome.${one.outcome}`, one.outcome) : "";
          return (
            <li key={one.attempt} data-reached={one.seconds ? true : undefined}>
              <Way size={12} aria-label={t(`person.${one.direction}`)} />{" "}
              {moment(one.at, i18n.language)} · {one.disposition ? said(one.disposition) : outcome}
              {one.seconds ? ` · ${clock(one.seconds)}` : ""}
              {one.agent && <span className="quiet"> · {one.agent}</span>}
              {one.colleagues.map((note) => (
                <div key={note.agent} className={classes.note}>
                  <span className="quiet">{note.agent}: </span>
                  {note.text}
                </div>
              ))}
              {one.note && <div className={classes.note}>{one.note}</div>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
