import { Anchor, Button, Select, TextInput } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type MouseEvent, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api, ok } from "../api/client";
import type { Appointment } from "../api/schema";
import { useCampaigns } from "../campaigns/api";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { PageHeader } from "../parts/PageHeader";
import { beginOf, moment } from "../parts/time";
import { useAgentNames } from "./api";
import { byDay } from "./days";
import classes from "./leads.module.css";

const MOST = 500;

/** What was promised to whom, day by day. */
export default function AppointmentsPage() {
  const { t, i18n } = useTranslation("leads");
  const [address, setAddress] = useSearchParams();
  const set = (key: string, value: string | null) => {
    const next = new URLSearchParams(address);
    if (value) next.set(key, value);
    else next.delete(key);
    setAddress(next, { replace: true });
  };
  const [day, agent, campaign] = ["day", "agent", "campaign"].map((key) => address.get(key));
  const query = {
    agent: agent ?? undefined,
    campaign_id: Number(campaign) || undefined,
    since: (day && beginOf(day)?.toISOString()) || undefined,
    before: (day && beginOf(day, 1)?.toISOString()) || undefined,
    limit: MOST,
  };
  const { data, error, refetch } = useQuery({
    queryKey: ["appointments", query],
    queryFn: () => ok(api.GET("/v1/appointments", { params: { query } })),
  });
  const days = useMemo(() => byDay(data ?? [], new Date()), [data]);
  const titled = (one: string) =>
    one === "late"
      ? t("appointments.late")
      : (beginOf(one) ?? new Date()).toLocaleDateString(
          i18n.language === "zh" ? "zh-CN" : "en-GB",
          { weekday: "long", year: "numeric", month: "long", day: "numeric" },
        );
  return (
    <div className="page" data-page="appointments">
      <Anchor component={Link} to="/leads" size="sm">
        ← {t("back")}
      </Anchor>
      <PageHeader title={t("appointments.title")} />
      <Filters day={day} agent={agent} campaign={campaign} set={set} />
      <FaultText fault={error} again={() => void refetch()} />
      {data && !data.length && (
        <EmptyState
          icon={<IconCalendar size={32} />}
          title={t(address.size ? "appointments.noneFound" : "appointments.none")}
          action={
            address.size > 0 && (
              <Button variant="default" onClick={() => setAddress({})}>
                {t("clear")}
              </Button>
            )
          }
        >
          {t("appointments.noneNext")}
        </EmptyState>
      )}
      {days.map((one) => (
        <section key={one.day} aria-label={titled(one.day)}>
          <h2 className={classes.day}>{titled(one.day)}</h2>
          <OfDay label={titled(one.day)} rows={one.rows} />
        </section>
      ))}
      {data?.length === MOST && <p className="quiet">{t("appointments.most", { count: MOST })}</p>}
    </div>
  );
}

interface FilterProps {
  day: string | null | undefined;
  agent: string | null | undefined;
  campaign: string | null | undefined;
  set: (key: string, value: string | null) => void;
}

function Filters({ day, agent, campaign, set }: FilterProps) {
  const { t } = useTranslation("leads");
  const campaigns = useCampaigns();
  const agents = useAgentNames();
  return (
    <search className={classes.search}>
      <TextInput
        type="date"
        label={t("appointments.day")}
        value={day ?? ""}
        onChange={(event) => set("day", event.currentTarget.value || null)}
      />
      <Select
        label={t("campaign")}
        placeholder={t("all")}
        data={(campaigns.data ?? []).map((one) => ({ value: String(one.id), label: one.name }))}
        value={campaign ?? null}
        onChange={(value) => set("campaign", value)}
        searchable
        clearable
        w={220}
      />
      {agents.data && (
        <Select
          label={t("appointment.agent")}
          placeholder={t("all")}
          data={agents.data.map((one) => one.name)}
          value={agent ?? null}
          onChange={(value) => set("agent", value)}
          searchable
          clearable
          w={180}
        />
      )}
    </search>
  );
}

function OfDay({ label, rows }: { label: string; rows: Appointment[] }) {
  const { t, i18n } = useTranslation("leads");
  const go = useNavigate();
  const fixed = { sortable: false as const };
  const columns: Column<Appointment>[] = [
    {
      key: "due",
      title: t("appointments.dialled"),
      value: (row) => row.due_at,
      render: (row) => moment(row.due_at, i18n.language),
      width: 140,
      ...fixed,
    },
    {
      key: "there",
      title: t("appointments.promised"),
      value: (row) => row.promised_at,
      render: (row) => moment(row.promised_at, i18n.language, new Date(), row.time_zone),
      width: 160,
      ...fixed,
    },
    {
      key: "name",
      title: t("name"),
      value: (row) => row.name,
      render: (row) => (
        <Anchor
          component={Link}
          to={`/leads/${row.lead_id}`}
          size="sm"
          onClick={(event: MouseEvent) => event.stopPropagation()}
        >
          {row.name || t("unnamed")}
        </Anchor>
      ),
      ...fixed,
    },
    { key: "number", title: t("number"), value: (row) => row.number, width: 200, ...fixed },
    {
      key: "agent",
      title: t("appointment.agent"),
      value: (row) => row.agent ?? t("appointment.anyAgent"),
      width: 180,
      ...fixed,
    },
    { key: "campaign", title: t("campaign"), value: (row) => row.campaign, width: 240, ...fixed },
  ];
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.lead_id}
      onOpen={(row) => void go(`/leads/${row.lead_id}`)}
      empty={null}
    />
  );
}
