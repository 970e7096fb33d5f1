import { Alert, Button, Group, Text } from "@mantine/core";
import { IconPlus, IconRouter } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import type { TrunkView } from "../../api/schema";
import { ConfirmButton } from "../../parts/ConfirmButton";
import { type Column, DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { FaultText } from "../../parts/FaultText";
import { Panel } from "../../parts/form/Panel";
import { PageHeader } from "../../parts/PageHeader";
import { StatePill } from "../../parts/StatePill";
import { TRUNKS, useTrunks } from "../api";
import { TestCall } from "./TestCall";
import { TrunkForm } from "./TrunkForm";

const STATES: Record<TrunkView["state"]["word"], string> = {
  ok: "ok",
  unwatched: "off",
  unknown: "connecting",
  registering: "connecting",
  unreachable: "lost",
  rejected: "error",
  no_address: "error",
  off: "off",
};

/** Lines to carriers: how each is, and what it is made of. */
export function TrunksSection() {
  const { t } = useTranslation("admin");
  const { data, error, refetch } = useTrunks();
  const [query, setQuery] = useSearchParams();
  const open = data?.items.find((one) => one.name === query.get("trunk"));
  const [making, setMaking] = useState(false);
  const choose = (name: string | null) => {
    setMaking(false);
    setQuery(name ? { trunk: name } : {}, { replace: true });
  };
  const columns: Column<TrunkView>[] = [
    {
      key: "name",
      title: t("trunks.name"),
      value: (row) => row.name,
      render: (row) => (row.default ? `${row.name} · ${t("trunks.default")}` : row.name),
    },
    {
      key: "state",
      title: t("trunks.state"),
      value: (row) => row.state.word,
      render: (row) => (
        <StatePill
          state={STATES[row.state.word]}
          word={t(`trunk.word.${row.state.word}`)}
          hint={t(`trunk.means.${row.state.word}`)}
        />
      ),
    },
    {
      key: "host",
      title: t("trunks.host"),
      value: (row) => row.host,
      render: (row) => (row.host ? `${row.host}:${row.port} ${row.transport.toUpperCase()}` : "–"),
    },
    {
      key: "trip",
      title: t("trunks.roundTrip"),
      value: (row) => row.state.round_trip_ms,
      render: (row) => (row.state.round_trip_ms == null ? "–" : `${row.state.round_trip_ms} ms`),
      align: "right",
    },
    {
      key: "lines",
      title: t("trunks.lines"),
      value: (row) => row.lines,
      render: (row) =>
        row.max_channels ? `${row.lines} / ${row.max_channels}` : String(row.lines),
      align: "right",
    },
  ];
  return (
    <>
      <PageHeader title={t("trunks.title")}>
        {data?.changeable && (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => {
              choose(null);
              setMaking(true);
            }}
          >
            {t("trunks.new")}
          </Button>
        )}
      </PageHeader>
      <FaultText fault={error} again={() => void refetch()} />
      {data && !data.changeable && (
        <Alert
          variant="light"
          color="yellow"
          mb={12}
          styles={{ message: { color: "var(--text)" } }}
        >
          {t("trunks.lookOnly")}
        </Alert>
      )}
      {!error && (
        <DataTable
          label={t("trunks.title")}
          columns={columns}
          rows={data?.items}
          rowKey={(row) => row.name}
          selected={open?.name}
          onOpen={(row) => choose(row.name === open?.name ? null : row.name)}
          empty={
            <EmptyState icon={<IconRouter size={32} />} title={t("trunks.none")}>
              {t("trunks.noneNext")}
            </EmptyState>
          }
        />
      )}
      {making && <TrunkForm onDone={(name) => choose(name)} onCancel={() => setMaking(false)} />}
      {open && (
        <Opened
          key={open.name}
          trunk={open}
          changeable={data?.changeable ?? false}
          onClose={() => choose(null)}
        />
      )}
    </>
  );
}

function Opened({
  trunk,
  changeable,
  onClose,
}: {
  trunk: TrunkView;
  changeable: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const again = () => void queries.invalidateQueries({ queryKey: TRUNKS });
  const path = { params: { path: { name: trunk.name } } };
  const makeDefault = useAct(() => ok(api.POST("/v1/trunks/{name}/default", path)), again);
  const remove = useAct(
    () => ok(api.DELETE("/v1/trunks/{name}", path)),
    () => {
      again();
      onClose();
    },
  );
  const mine = changeable && !trunk.from_settings;
  return (
    <div style={{ display: "grid", gap: 12, marginTop: 12 }}>
      <Panel
        title={trunk.name}
        tools={
          <Group gap={8}>
            {!trunk.default && (
              <Button
                variant="default"
                loading={makeDefault.busy}
                onClick={() => makeDefault.act()}
              >
                {t("trunks.makeDefault")}
              </Button>
            )}
            {mine && (
              <ConfirmButton question={t("trunks.removeQuestion")} onConfirm={() => remove.act()}>
                {t("remove")}
              </ConfirmButton>
            )}
          </Group>
        }
      >
        <FaultText fault={makeDefault.fault ?? remove.fault} />
        <Text size="sm">
          {t(`trunk.means.${trunk.state.word}`)}{" "}
          {trunk.addresses.length > 0 &&
            t("trunks.addresses", { list: trunk.addresses.join(", ") })}
        </Text>
        {trunk.from_settings && changeable && (
          <Text size="sm" c="dimmed">
            {t("trunks.fromSettings")}
          </Text>
        )}
      </Panel>
      <Panel title={t("testCall.title")}>
        <TestCall trunk={trunk.name} />
      </Panel>
      {mine && <TrunkForm trunk={trunk} onDone={again} onCancel={onClose} />}
    </div>
  );
}
