import { Button, Menu, Tooltip } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { useActs } from "../app/acts";
import { KeyHint } from "../parts/KeyHint";
import { StatePill } from "../parts/StatePill";
import { Ticker } from "../parts/Ticker";
import { clock } from "../parts/time";
import { SipPhone } from "../phone/PhoneHealth";
import { setReady, signInToFloor, signOutOfFloor } from "./acts";
import classes from "./desk.module.css";
import { KEYS } from "./keys";
import type { DeskView, Reason } from "./types";
import { useKey } from "./useDeskKeys";

/** State and its time, what comes next, the day's figures, the phone's health. */
export function DeskBar({ desk }: { desk: DeskView }) {
  const { agent } = desk;
  const reason = reasonLabel(useLanguage(), desk.reasons, agent.reason);
  return (
    <div className={classes.bar}>
      <span data-testid="agent-state" data-state={agent.state}>
        <StatePill state={agent.state} size="lg">
          {reason && <span>· {reason}</span>}
        </StatePill>
      </span>
      <Ticker since={agent.since} className={classes.bigTimer} />
      <NextState desk={desk} />
      <Figures desk={desk} />
      {agent.phone_kind === "sip" && <SipPhone up={agent.phone_up} />}
    </div>
  );
}

function useLanguage(): string {
  return useTranslation().i18n.language;
}

export function reasonLabel(language: string, reasons: readonly Reason[], code: string): string {
  const reason = reasons.find((one) => one.code === code);
  return (language === "zh" && reason?.label_zh) || reason?.label || code;
}

/** In work: the state that follows the call; at once when there is none. */
function NextState({ desk }: { desk: DeskView }) {
  const { t } = useTranslation("desk");
  const language = useLanguage();
  const { agent, reasons } = desk;
  const change = useAct(setReady);
  const enter = useAct(signInToFloor);
  const leave = useAct(signOutOfFloor);
  const signedOut = agent.state === "signed_out";
  const inCall = ["reserved", "talking", "wrapping"].includes(agent.state);
  const next = agent.wanted ?? (inCall ? "ready" : agent.state);
  const goReady = next !== "ready";
  const turn = () =>
    goReady
      ? change.act({ ready: true, reason: "" })
      : change.act({ ready: false, reason: reasons[0]?.code ?? "" });
  useKey(signedOut ? null : "ready", turn);
  useActs(
    signedOut
      ? [{ id: "desk.in", label: t("begin"), run: () => enter.act() }]
      : [
          {
            id: "desk.ready",
            label: t("ready"),
            run: () => change.act({ ready: true, reason: "" }),
          },
          ...reasons.map((reason) => ({
            id: `desk.away.${reason.code}`,
            label: t("awayFor", { reason: reasonLabel(language, reasons, reason.code) }),
            run: () => change.act({ ready: false, reason: reason.code }),
          })),
          { id: "desk.out", label: t("end"), run: () => leave.act() },
        ],
  );
  const fault = change.fault ?? enter.fault ?? leave.fault;
  if (signedOut) {
    return (
      <Button size="sm" loading={enter.busy} onClick={() => enter.act()} data-testid="begin-work">
        {t("begin")}
      </Button>
    );
  }
  return (
    <Button.Group style={{ flex: "none" }}>
      <Button
        size="sm"
        variant={goReady ? "filled" : "default"}
        color={goReady ? "var(--good-solid)" : undefined}
        loading={change.busy}
        onClick={turn}
        rightSection={<KeyHint keys={KEYS.ready} />}
        title={t(inCall ? "afterCall" : "nowHint")}
        data-testid="next-state"
        data-next={next}
      >
        {goReady ? t("ready") : t("away")}
      </Button>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button
            size="sm"
            px={6}
            variant="default"
            aria-label={t("otherStates")}
            data-testid="states"
          >
            <IconChevronDown size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {inCall && <Menu.Label>{t("afterCall")}</Menu.Label>}
          <Menu.Item onClick={() => change.act({ ready: true, reason: "" })}>
            <StatePill state="ready" />
          </Menu.Item>
          {reasons.map((reason) => (
            <Menu.Item
              key={reason.code}
              onClick={() => change.act({ ready: false, reason: reason.code })}
              data-testid={`away-${reason.code}`}
            >
              <StatePill state="not_ready" word={reasonLabel(language, reasons, reason.code)} />
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => leave.act()} data-testid="end-work">
            <StatePill state="signed_out" word={t("end")} />
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {fault && (
        <span className={classes.barFault} role="alert">
          {fault.what || t("parts:fault.failed")} {fault.cure}
        </span>
      )}
      {agent.wanted && inCall && (
        <span style={{ alignSelf: "center", marginInlineStart: 8 }}>
          <StatePill
            state={agent.wanted}
            word={`→ ${t(`parts:state.${agent.wanted}`)}${agent.wanted_reason ? ` · ${reasonLabel(language, reasons, agent.wanted_reason)}` : ""}`}
            hint={t("afterCall")}
          />
        </span>
      )}
    </Button.Group>
  );
}

/** The day so far, against the target where there is one. */
function Figures({ desk: { today } }: { desk: DeskView }) {
  const { t } = useTranslation("desk");
  const of = (value: number, target: number | null | undefined) =>
    target ? `${value} / ${target}` : String(value);
  const wrap = today.calls ? today.wrap_seconds / today.calls : 0;
  const slow = today.target_wrap_up_seconds && wrap > today.target_wrap_up_seconds;
  const figures = [
    { key: "calls", value: of(today.calls, today.target_calls) },
    { key: "successes", value: of(today.successes, today.target_successes) },
    { key: "talk", value: clock(today.calls ? today.talk_seconds / today.calls : 0) },
    { key: "wrap", value: clock(wrap), late: Boolean(slow) },
  ];
  return (
    <div className={classes.figures} data-testid="today">
      {figures.map(({ key, value, late }) => (
        <Tooltip key={key} label={t(`today.${key}Hint`)}>
          <span className={classes.figure} style={late ? { color: "var(--warn)" } : undefined}>
            <small>
              {t(`today.${key}`)}
              {late && ` · ${t("today.late")}`}
            </small>
            {value}
          </span>
        </Tooltip>
      ))}
    </div>
  );
}
