import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { useMay } from "../../api/me";
import { ConfirmButton } from "../../parts/ConfirmButton";
import { FaultText } from "../../parts/FaultText";
import { StatePill } from "../../parts/StatePill";
import { Ticker } from "../../parts/Ticker";
import type { BoardAgentView } from "../board";
import { useLiveCalls } from "../calls/live";
import { supervise } from "../supervise";
import classes from "./agents.module.css";

/** The agent's call of this moment: who takes part, since when; and how to end it or hand it on. */
export function LiveCall({ agent }: { agent: BoardAgentView }) {
  const { t } = useTranslation("floor");
  const may = useMay();
  const { data: calls } = useLiveCalls();
  const call = calls?.find((one) => one.agent === agent.name);
  const hangUp = useAct(() => supervise.hangUp(agent.name));
  const sendBack = useAct(() => supervise.sendBack(agent.name));
  if (agent.state !== "talking" && agent.state !== "reserved" && !call)
    return (
      <section className={classes.callNow} aria-label={t("call.title")}>
        <h3>{t("call.title")}</h3>
        <p className="quiet">{t("call.notNow")}</p>
      </section>
    );
  return (
    <section className={classes.callNow} aria-label={t("call.title")}>
      <h3>{t("call.title")}</h3>
      <div className={classes.callTop}>
        <span>
          {agent.queue ? t("agents.caller", { queue: agent.queue }) : agent.campaign || "–"}
        </span>
        {call?.held && <StatePill state="held" />}
        {call && (
          <StatePill
            state={call.recording === "paused" ? "paused" : call.recording}
            word={t(`call.recording.${call.recording}`)}
          />
        )}
      </div>
      {call && call.legs.length > 0 && (
        <ul className={classes.legs}>
          {call.legs.map((leg) => (
            <li key={leg.id}>
              <span>
                {t(`leg.${leg.kind}`)} · {leg.who || "–"}
              </span>
              <span className="quiet">
                {t(`how.${leg.how}`, { defaultValue: leg.how })} <Ticker since={leg.began_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {may("run_floor") && (
        <div className={classes.buttons}>
          <ConfirmButton
            question={t("call.hangUpReally")}
            onConfirm={() => hangUp.act()}
            loading={hangUp.busy}
          >
            {t("call.hangUp")}
          </ConfirmButton>
          <ConfirmButton
            question={t("call.sendBackReally")}
            onConfirm={() => sendBack.act()}
            loading={sendBack.busy}
          >
            {t("call.sendBack")}
          </ConfirmButton>
        </div>
      )}
      <FaultText fault={hangUp.fault ?? sendBack.fault} />
    </section>
  );
}
