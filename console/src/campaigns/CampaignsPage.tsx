import { Button, Group, Select, TextInput } from "@mantine/core";
import { IconPlus, IconSpeakerphone } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useSite } from "../admin/api";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { CallingWindows, Campaign } from "../api/schema";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { faultAt } from "../parts/form/faults";
import { Panel } from "../parts/form/Panel";
import { PageHeader } from "../parts/PageHeader";
import { StatePill } from "../parts/StatePill";
import { moment } from "../parts/time";
import { useCampaigns, useClientNames, useTold } from "./api";
import { MODES, type Mode } from "./modes";

/** All campaigns; a new one is made in its place on the page, and opened. */
export default function CampaignsPage() {
  const { t, i18n } = useTranslation("campaigns");
  const may = useMay();
  const go = useNavigate();
  const { data, error, refetch } = useCampaigns();
  const clients = useClientNames();
  const [making, setMaking] = useState(false);
  const columns: Column<Campaign>[] = [
    { key: "name", title: t("name"), value: (row) => row.name },
    {
      key: "state",
      title: t("state"),
      value: (row) => row.state,
      render: (row) => <StatePill state={row.state} />,
    },
    { key: "mode", title: t("mode"), value: (row) => t(`modes.${row.mode}`) },
    { key: "client", title: t("client"), value: (row) => clients.get(row.client_id ?? 0) ?? "–" },
    {
      key: "numbers",
      title: t("callerIds"),
      value: (row) => row.settings.caller_ids.length,
      align: "right",
    },
    {
      key: "made",
      title: t("made"),
      value: (row) => row.created_at,
      render: (row) => moment(row.created_at, i18n.language),
    },
  ];
  return (
    <div className="page">
      <PageHeader title={t("title")}>
        {may("edit_campaigns") && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
            {t("new")}
          </Button>
        )}
      </PageHeader>
      {making && <NewCampaign onClose={() => setMaking(false)} />}
      <FaultText fault={error} again={() => void refetch()} />
      {!error && (
        <DataTable
          label={t("title")}
          columns={columns}
          rows={data}
          rowKey={(row) => row.id}
          onOpen={(row) => void go(`/campaigns/${row.id}`)}
          search={(data?.length ?? 0) > 8}
          empty={
            <EmptyState
              icon={<IconSpeakerphone size={32} />}
              title={t("none")}
              action={
                may("edit_campaigns") && <Button onClick={() => setMaking(true)}>{t("new")}</Button>
              }
            >
              {t("noneNext")}
            </EmptyState>
          }
        />
      )}
    </div>
  );
}

function NewCampaign({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("campaigns");
  const go = useNavigate();
  const told = useTold();
  const site = useSite();
  const clients = useClientNames();
  const [name, setName] = useState("");
  const [mode, setMode] = useState<Mode>("progressive");
  const [client, setClient] = useState<string | null>(null);
  const make = useAct(
    () => {
      const windows = site.data?.windows as unknown as CallingWindows | undefined;
      const body = { name, mode, client_id: client ? Number(client) : null };
      // What is left out of the settings is as shipped; the types ask for all of it.
      const settings = (windows ? { windows } : {}) as Campaign["settings"];
      return ok(api.POST("/v1/campaigns", { body: { ...body, settings } }));
    },
    (made) => {
      told(made);
      void go(`/campaigns/${made.id}`);
    },
  );
  const wrong = faultAt(make.fault);
  return (
    <div style={{ marginBottom: 12 }}>
      <Panel title={t("new")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            make.act();
          }}
        >
          <Group align="flex-start" gap={12}>
            <TextInput
              label={t("name")}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={128}
              required
              data-autofocus
              autoFocus
              w={260}
              error={wrong("name")}
            />
            <Select
              label={t("mode")}
              data={MODES.map((value) => ({ value, label: t(`modes.${value}`) }))}
              value={mode}
              onChange={(value) => setMode((value ?? "progressive") as Mode)}
              w={180}
            />
            <Select
              label={t("client")}
              description={undefined}
              placeholder={t("noClient")}
              data={[...clients].map(([id, label]) => ({ value: String(id), label }))}
              value={client}
              onChange={setClient}
              allowDeselect
              clearable
              w={200}
            />
          </Group>
          <Group gap={8} mt={12}>
            <Button type="submit" loading={make.busy} disabled={!name.trim()}>
              {t("make")}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t("parts:cancel")}
            </Button>
          </Group>
          {make.fault && !wrong("name") && <FaultText fault={make.fault} />}
        </form>
      </Panel>
    </div>
  );
}
