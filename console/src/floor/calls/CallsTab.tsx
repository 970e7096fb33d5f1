import { IconPhoneCall } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { type Column, DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { FaultText } from "../../parts/FaultText";
import { StatePill } from "../../parts/StatePill";
import { Ticker } from "../../parts/Ticker";
import type { BoardAgentView, BoardView } from "../board";
import { type FloorCall, type LegView, useLiveCalls } from "./live";

interface Row extends FloorCall {
  /** Who has it, as the board knows them. */
  by: BoardAgentView | undefined;
  since: string | null;
}

/** Every call of this moment that somebody has: who is in it, how they came, who hears it. */
export function CallsTab({ board }: { board: BoardView }) {
  const { t } = useTranslation("floor");
  const { data, error, refetch } = useLiveCalls();
  const [, setAddress] = useSearchParams();
  const columns = useColumns();
  const rows = useMemo(
    () =>
      data?.map((call) => ({
        ...call,
        by: board.agents.find((agent) => agent.name === call.agent),
        since: call.legs.map((leg) => leg.began_at).sort()[0] ?? null,
      })),
    [data, board.agents],
  );
  if (error) return <FaultText fault={error} again={() => void refetch()} />;
  return (
    <DataTable
      label={t("tab.calls")}
      columns={columns}
      rows={rows}
      rowKey={(call) => call.id}
      onOpen={(call) => call.agent && setAddress({ agent: call.agent })}
      initialSort={{ key: "since", direction: "ascending" }}
      search
      empty={
        <EmptyState icon={<IconPhoneCall size={32} />} title={t("call.none")}>
          {t("call.noneNext")}
        </EmptyState>
      }
    />
  );
}

function useColumns(): Column<Row>[] {
  const { t } = useTranslation("floor");
  return useMemo(() => {
    const leg = (one: LegView) =>
      `${one.who || t(`leg.${one.kind}`)} (${t(`how.${one.how}`, { defaultValue: one.how })})`;
    const people = (call: Row) =>
      call.legs.filter((one) => one.kind !== "customer" && one.kind !== "supervisor").map(leg);
    return [
      {
        key: "since",
        title: t("call.lasts"),
        value: (call) => (call.since ? Date.parse(call.since) : null),
        render: (call) => (call.since ? <Ticker since={call.since} /> : "–"),
      },
      {
        key: "kind",
        title: t("call.kind"),
        value: (call) => t(call.id.startsWith("at-") ? "kind.outbound" : "kind.inbound"),
      },
      {
        key: "on",
        title: t("agents.on"),
        value: (call) => call.by?.campaign || call.by?.queue || null,
      },
      {
        key: "agent",
        title: t("agents.agent"),
        value: (call) => call.by?.display_name ?? call.agent,
      },
      {
        key: "people",
        title: t("call.people"),
        value: (call) => people(call).join(", ") || null,
      },
      {
        key: "state",
        title: t("agents.state"),
        value: (call) => call.held,
        render: (call) => <StatePill state={call.held ? "held" : "talking"} />,
      },
      {
        key: "recording",
        title: t("call.sound"),
        value: (call) => t(`call.recording.${call.recording}`),
      },
      {
        key: "heard",
        title: t("call.heardBy"),
        value: (call) => call.listeners.map((one) => one.supervisor).join(", ") || null,
      },
    ];
  }, [t]);
}
