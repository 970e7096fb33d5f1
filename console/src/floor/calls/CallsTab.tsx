import { IconPhoneCall } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { type Column, DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { FaultText } from "../../parts/FaultText";
import { StatePill } from "../../parts/StatePill";
import { Ticker } from "../../parts/Ticker";
import { type LiveCall, useListening, useLiveCalls } from "./live";

/** Every call of this moment in which people talk, and who hears it. */
export function CallsTab() {
  const { t } = useTranslation("floor");
  const { data, error, refetch } = useLiveCalls();
  const { data: heard } = useListening();
  const [, setAddress] = useSearchParams();
  const columns = useMemo<Column<LiveCall>[]>(
    () => [
      {
        key: "since",
        title: t("call.lasts"),
        value: (call) => Date.parse(call.answered_at ?? call.began_at),
        render: (call) => <Ticker since={call.answered_at ?? call.began_at} />,
      },
      {
        key: "kind",
        title: t("call.kind"),
        value: (call) => t(`kind.${call.kind}`, { defaultValue: call.kind }),
      },
      { key: "on", title: t("agents.on"), value: (call) => call.campaign || call.queue },
      { key: "number", title: t("call.number"), value: (call) => call.number },
      { key: "agent", title: t("agents.agent"), value: (call) => call.agent },
      {
        key: "people",
        title: t("call.people"),
        value: (call) => call.legs.length,
        render: (call) =>
          call.legs
            .filter((leg) => leg.kind !== "customer")
            .map(
              (leg) =>
                `${leg.who || t(`leg.${leg.kind}`)} (${t(`how.${leg.how}`, { defaultValue: leg.how })})`,
            )
            .join(", ") || "–",
      },
      {
        key: "state",
        title: t("agents.state"),
        value: (call) => call.held,
        render: (call) => <StatePill state={call.held ? "held" : "talking"} />,
      },
      {
        key: "heard",
        title: t("call.heardBy"),
        value: (call) =>
          heard
            ?.filter((one) => one.agent === call.agent)
            .map((one) => one.who)
            .join(", ") || null,
      },
    ],
    [t, heard],
  );
  return (
    <>
      <FaultText fault={error} again={() => void refetch()} />
      {!error && (
        <DataTable
          label={t("tab.calls")}
          columns={columns}
          rows={data}
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
      )}
    </>
  );
}
