import { Chip, Group, SegmentedControl, TextInput } from "@mantine/core";
import { IconHeadset, IconLayoutGrid, IconList, IconSearch } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useMay, useMe } from "../../api/me";
import type { SiteSettings } from "../../api/schema";
import { type MetricName, useMetrics } from "../../metrics";
import { type Column, DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { filtered, sorted } from "../../parts/rows";
import { StatePill } from "../../parts/StatePill";
import { clock } from "../../parts/time";
import type { BoardAgentView, BoardView } from "../board";
import { AgentDrawer } from "./AgentDrawer";
import classes from "./agents.module.css";
import { InState } from "./InState";
import { MessageAll } from "./MessageAll";
import { reasonWord, target } from "./targets";

const STATES = ["ready", "reserved", "talking", "wrapping", "not_ready", "signed_out"] as const;
/** Columns that give way to the one who is looked at. */
const ALSO = new Set(["team", "talk", "mean", "phone"]);
const AT_WORK = STATES.filter((state) => state !== "signed_out") as string[];

interface Props {
  board: BoardView;
  site: SiteSettings | null;
}

/** All agents: as a table or as tiles, the longest in their state first. */
export function AgentsTab({ board, site }: Props) {
  const { t } = useTranslation("floor");
  const may = useMay();
  const [view, setView] = useKept();
  const [states, setStates] = useState<string[]>(AT_WORK);
  const [wanted, setWanted] = useState("");
  const [address, setAddress] = useSearchParams();
  const selected = address.get("agent");
  const open = (name: string | null) =>
    setAddress((now) => {
      const next = new URLSearchParams(now);
      if (name) next.set("agent", name);
      else next.delete("agent");
      return next;
    });
  const shown = useMemo(
    () =>
      filtered(
        board.agents.filter((agent) => states.includes(agent.state)),
        wanted,
        (agent) => [agent.name, agent.display_name, agent.team, agent.campaign, agent.reason],
      ),
    [board.agents, states, wanted],
  );
  const empty = <NoAgents anybody={board.agents.length > 0} />;
  const one = board.agents.find((agent) => agent.name === selected);
  const list = { agents: shown, site, selected: one?.name ?? null, onOpen: open, empty };
  return (
    <div className={classes.tab}>
      <div className={classes.tools}>
        <TextInput
          w={220}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          placeholder={t("agents.find")}
          aria-label={t("agents.find")}
          leftSection={<IconSearch size={14} />}
        />
        <Chip.Group multiple value={states} onChange={setStates}>
          <Group gap={4}>
            {STATES.map((state) => (
              <Chip key={state} value={state} size="xs" variant="light">
                {t(`parts:state.${state}`)} {board.agents_by_state[state] ?? 0}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <span className={classes.space} />
        {may("run_floor") && (
          <MessageAll
            names={shown.filter(({ state }) => state !== "signed_out").map(({ name }) => name)}
          />
        )}
        <SegmentedControl
          value={view}
          onChange={setView}
          aria-label={t("agents.view")}
          data={[
            { value: "table", label: <IconList size={16} aria-label={t("agents.table")} /> },
            { value: "tiles", label: <IconLayoutGrid size={16} aria-label={t("agents.tiles")} /> },
          ]}
        />
      </div>
      <div className={classes.split}>
        <div className={classes.all}>
          {view === "tiles" ? <Tiles {...list} /> : <AgentTable {...list} />}
        </div>
        {one && <AgentDrawer agent={one} site={site} onClose={() => open(null)} />}
      </div>
    </div>
  );
}

interface ListProps {
  agents: BoardAgentView[];
  site: SiteSettings | null;
  selected: string | null;
  onOpen: (name: string) => void;
  empty: React.ReactNode;
}

function AgentTable({ agents, site, selected, onOpen, empty }: ListProps) {
  const { t } = useTranslation("floor");
  const columns = useColumns(site);
  const narrow = selected !== null;
  const [held, hold] = useHeld(agents);
  return (
    <div {...hold}>
      <DataTable
        label={t("tab.agents")}
        columns={columns.filter(({ key }) => !narrow || !ALSO.has(key)).map(held)}
        rows={agents}
        rowKey={(agent) => agent.name}
        selected={selected}
        onOpen={(agent) => onOpen(agent.name)}
        initialSort={{ key: "inState", direction: "descending" }}
        empty={empty}
      />
    </div>
  );
}

/** While the pointer is on the list its order stays: nothing jumps away under a click. */
function useHeld(agents: BoardAgentView[]) {
  const [order, setOrder] = useState<ReadonlyMap<string, BoardAgentView> | null>(null);
  const held = (column: Column<BoardAgentView>): Column<BoardAgentView> => ({
    ...column,
    value: (agent) => column.value(order?.get(agent.name) ?? agent),
    render: column.render ?? ((agent) => String(column.value(agent) ?? "–")),
  });
  const hold = {
    onPointerEnter: () => setOrder(new Map(agents.map((agent) => [agent.name, agent]))),
    onPointerLeave: () => setOrder(null),
  };
  return [held, hold] as const;
}

function useColumns(site: SiteSettings | null): Column<BoardAgentView>[] {
  const { t, i18n } = useTranslation("floor");
  const { name, means } = useMetrics();
  return useMemo(() => {
    const figure = (metric: MetricName) => ({ title: name(metric), hint: means(metric) });
    return [
      {
        key: "agent",
        title: t("agents.agent"),
        value: (agent) => agent.display_name,
        render: (agent) => <Person agent={agent} />,
      },
      {
        key: "state",
        title: t("agents.state"),
        value: (agent) => STATES.indexOf(agent.state),
        render: (agent) => (
          <StatePill state={agent.state}>
            {agent.reason && <span>· {reasonWord(agent.reason, site, i18n.language)}</span>}
          </StatePill>
        ),
      },
      {
        key: "inState",
        ...figure("inState"),
        // The time so far, less this moment: the order is the same, and nothing ticks.
        value: (agent) => -Date.parse(agent.since),
        render: (agent) => <InState since={agent.since} limit={target(agent, site)} />,
      },
      {
        key: "on",
        title: t("agents.on"),
        value: (agent) => agent.campaign || agent.queue,
        render: (agent) => <On agent={agent} />,
      },
      { key: "team", title: t("agents.team"), value: (agent) => agent.team || null },
      {
        key: "calls",
        ...figure("callsToday"),
        value: (agent) => agent.calls_today,
        align: "right",
      },
      {
        key: "talk",
        ...figure("talkToday"),
        value: (agent) => agent.talk_seconds_today,
        render: (agent) => clock(agent.talk_seconds_today),
        align: "right",
      },
      {
        key: "mean",
        ...figure("meanTalk"),
        value: meanTalk,
        render: (agent) => (agent.calls_today ? clock(meanTalk(agent) ?? 0) : "–"),
        align: "right",
      },
      {
        key: "phone",
        ...figure("phone"),
        value: (agent) => agent.phone_connected,
        render: (agent) =>
          agent.state === "signed_out" ? (
            "–"
          ) : (
            <StatePill state={agent.phone_connected ? "up" : "lost"} />
          ),
      },
    ];
  }, [t, i18n.language, site, name, means]);
}

const meanTalk = (agent: BoardAgentView): number | null =>
  agent.calls_today ? agent.talk_seconds_today / agent.calls_today : null;

function Person({ agent }: { agent: BoardAgentView }) {
  return (
    <span className={classes.person}>
      {agent.display_name}
      {agent.display_name !== agent.name && <small>{agent.name}</small>}
    </span>
  );
}

function On({ agent }: { agent: BoardAgentView }) {
  const { t } = useTranslation("floor");
  if (agent.queue) return <>{t("agents.caller", { queue: agent.queue })}</>;
  return <>{agent.campaign || "–"}</>;
}

function Tiles({ agents, site, selected, onOpen, empty }: ListProps) {
  const { i18n } = useTranslation("floor");
  const first = sorted(agents, (agent) => Date.parse(agent.since), "ascending");
  if (!first.length) return empty;
  return (
    <ul className={classes.tiles}>
      {first.map((agent) => (
        <li key={agent.name}>
          <button
            type="button"
            className={classes.tile}
            data-state={agent.state}
            data-selected={agent.name === selected || undefined}
            onClick={() => onOpen(agent.name)}
          >
            <span className={classes.top}>
              <strong>{agent.display_name}</strong>
              <InState since={agent.since} limit={target(agent, site)} />
            </span>
            <span>
              <StatePill state={agent.state} />
            </span>
            <span className={classes.what}>
              {agent.reason ? reasonWord(agent.reason, site, i18n.language) : <On agent={agent} />}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function NoAgents({ anybody }: { anybody: boolean }) {
  const { t } = useTranslation("floor");
  const may = useMay();
  return (
    <EmptyState
      icon={<IconHeadset size={32} />}
      title={t(anybody ? "agents.noneShown" : "agents.none")}
      action={!anybody && may("edit_agents") ? <Link to="/agents">{t("agents.add")}</Link> : null}
    >
      {t(anybody ? "agents.noneShownNext" : "agents.noneNext")}
    </EmptyState>
  );
}

/** Table or tiles, as this person left it. */
function useKept(): [string, (view: string) => void] {
  const key = `cti.floor.view.${useMe().name}`;
  const [view, setView] = useState(() => localStorage.getItem(key) ?? "table");
  return [
    view,
    (next) => {
      localStorage.setItem(key, next);
      setView(next);
    },
  ];
}
