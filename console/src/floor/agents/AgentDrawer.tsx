import { CloseButton, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/me";
import type { SiteSettings } from "../../api/schema";
import { Figure } from "../../metrics";
import { StatePill } from "../../parts/StatePill";
import { clock } from "../../parts/time";
import type { BoardAgentView } from "../board";
import classes from "./agents.module.css";
import { Force } from "./Force";
import { Hearing } from "./Hearing";
import { InState } from "./InState";
import { LastCalls } from "./LastCalls";
import { LiveCall } from "./LiveCall";
import { Message } from "./Message";
import { reasonWord, target } from "./targets";

interface Props {
  agent: BoardAgentView;
  site: SiteSettings | null;
  onClose: () => void;
}

/** One agent, beside the list: the call, how to help, and how they did. Nothing is covered up. */
export function AgentDrawer({ agent, site, onClose }: Props) {
  const { t, i18n } = useTranslation("floor");
  const may = useMay();
  useHotkeys([["Escape", onClose]]);
  const called = agent.state !== "signed_out";
  return (
    <aside className={classes.drawer} aria-label={agent.display_name} data-agent={agent.name}>
      <header className={classes.drawerTop}>
        <Title order={2}>{agent.display_name}</Title>
        <CloseButton onClick={onClose} aria-label={t("parts:close")} />
      </header>
      <div className={classes.now}>
        <StatePill state={agent.state}>
          {agent.reason && <span>· {reasonWord(agent.reason, site, i18n.language)}</span>}
        </StatePill>
        <InState since={agent.since} limit={target(agent, site)} />
        {agent.wanted && (
          <span className="quiet">
            {t("agents.then", { state: t(`parts:state.${agent.wanted}`) })}
          </span>
        )}
      </div>
      <div className={classes.day}>
        <Figure of="callsToday">{agent.calls_today}</Figure>
        <Figure of="talkToday">{clock(agent.talk_seconds_today)}</Figure>
        <Figure of="meanTalk">
          {agent.calls_today ? clock(agent.talk_seconds_today / agent.calls_today) : "–"}
        </Figure>
      </div>
      {called && <LiveCall agent={agent} />}
      {may("hear_calls") && called && <Hearing agent={agent} />}
      {may("run_floor") && <Force key={agent.name} agent={agent} site={site} />}
      {may("run_floor") && called && <Message key={`to ${agent.name}`} agent={agent} />}
      {may("see_recordings") && <LastCalls agent={agent} />}
    </aside>
  );
}
