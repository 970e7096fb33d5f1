import { Button, Group, Select, TextInput } from "@mantine/core";
import { IconRefreshDot } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useAct } from "../api/act";
import type { Reclassification } from "../api/schema";
import { useCampaigns } from "../campaigns/api";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { StatePill } from "../parts/StatePill";
import { moment } from "../parts/time";
import { order, useRun, useRuns, useRunsChanged } from "./api";
import classes from "./outcomes.module.css";
import { Run } from "./Run";
import { midnight, weekAgo } from "./runs";

/** Kept evidence classified again: looked at first, then written; and the runs there were. */
export function ReclassifyTab() {
  const { t } = useTranslation("outcomes");
  const [address, setAddress] = useSearchParams();
  const open = Number(address.get("run")) || null;
  const show = (id: number) => setAddress({ tab: "again", run: String(id) }, { replace: true });
  const runs = useRuns();
  const run = useRun(open);
  const changed = useRunsChanged();
  const columns = useColumns();
  const begun = (made: Reclassification) => {
    changed();
    show(made.id);
  };
  return (
    <>
      <p className={classes.says}>{t("again.says")}</p>
      <Ask onBegun={begun} />
      <FaultText fault={run.error ?? runs.error} />
      {run.data && <Run key={run.data.id} run={run.data} onBegun={begun} />}
      <h2 className={classes.heading}>{t("again.runs")}</h2>
      <DataTable
        label={t("again.runs")}
        columns={columns}
        rows={runs.data}
        rowKey={(row) => row.id}
        selected={open}
        onOpen={(row) => show(row.id)}
        empty={
          <EmptyState icon={<IconRefreshDot size={32} />} title={t("again.none")}>
            {t("again.noneNext")}
          </EmptyState>
        }
      />
    </>
  );
}

function Ask({ onBegun }: { onBegun: (run: Reclassification) => void }) {
  const { t } = useTranslation("outcomes");
  const campaigns = useCampaigns();
  const [since, setSince] = useState(weekAgo);
  const [campaign, setCampaign] = useState<string | null>(null);
  const from = midnight(since);
  const look = useAct(
    (at: string) =>
      order({ since: at, campaign_id: campaign ? Number(campaign) : null }, false, ""),
    onBegun,
  );
  return (
    <form
      aria-label={t("again.ask")}
      onSubmit={(event) => {
        event.preventDefault();
        if (from) look.act(from);
      }}
    >
      <Group gap={12} align="flex-end">
        <TextInput
          type="date"
          label={t("again.since")}
          value={since}
          error={from === null ? t("again.noDay") : undefined}
          onChange={(event) => setSince(event.currentTarget.value)}
        />
        <Select
          label={t("again.campaign")}
          placeholder={t("again.all")}
          data={(campaigns.data ?? []).map((one) => ({ value: String(one.id), label: one.name }))}
          value={campaign}
          onChange={setCampaign}
          searchable
          clearable
          nothingFoundMessage={t("parts:nothingFound")}
          w={240}
        />
        <Button type="submit" loading={look.busy} disabled={from === null}>
          {t("again.look")}
        </Button>
      </Group>
      <FaultText fault={look.fault} />
    </form>
  );
}

const PILL = { running: "running", done: "ok", failed: "error", stopped: "stopped" } as const;

function useColumns(): Column<Reclassification>[] {
  const { t, i18n } = useTranslation("outcomes");
  const campaigns = useCampaigns();
  const name = (id: number | null) =>
    id === null ? t("again.all") : (campaigns.data?.find((one) => one.id === id)?.name ?? `${id}`);
  return [
    {
      key: "at",
      title: t("again.at"),
      value: (row) => row.started_at,
      render: (row) => moment(row.started_at, i18n.language),
    },
    { key: "by", title: t("again.by"), value: (row) => row.by || null },
    {
      key: "what",
      title: t("again.what"),
      value: (row) => t(row.applied ? "again.written" : "again.ahead"),
    },
    {
      key: "since",
      title: t("again.since"),
      value: (row) => row.since,
      render: (row) => moment(row.since, i18n.language),
    },
    { key: "campaign", title: t("again.campaign"), value: (row) => name(row.campaign_id) },
    { key: "looked", title: t("again.looked"), value: (row) => row.looked, align: "right" },
    { key: "changed", title: t("again.changed"), value: (row) => row.changed, align: "right" },
    {
      key: "state",
      title: t("again.state"),
      value: (row) => row.state,
      render: (row) => <StatePill state={PILL[row.state]} word={t(`again.is.${row.state}`)} />,
    },
  ];
}
