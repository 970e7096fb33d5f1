import { Anchor, Button, Select, TextInput } from "@mantine/core";
import { IconCalendar, IconSearch, IconUserSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, type MouseEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api, ok } from "../api/client";
import type { FoundLead } from "../api/schema";
import { useCampaigns } from "../campaigns/api";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { MoreButton } from "../parts/MoreButton";
import { useOutcomeWord } from "../parts/outcome";
import { PageHeader } from "../parts/PageHeader";
import { moment } from "../parts/time";
import { type Asked, LEAD_STATES, type LeadState, queryOf, readAsked, writeAsked } from "./asked";
import { LeadState as Pill } from "./LeadState";
import classes from "./leads.module.css";

const PAGE = 50;

/** A lead is found by number, name or reference. */
export default function LeadsPage() {
  const { t } = useTranslation("leads");
  const go = useNavigate();
  const [address, setAddress] = useSearchParams();
  const asked = useMemo(() => readAsked(address), [address]);
  const set = (change: Asked) => setAddress(writeAsked({ ...asked, ...change }), { replace: true });
  const found = useInfiniteQuery({
    queryKey: ["leads", asked],
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/v1/leads", {
          params: { query: { ...queryOf(asked), limit: PAGE, after: pageParam } },
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.id),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  const narrowed = Object.keys(asked).length > 0;
  return (
    <div className="page" data-page="leads">
      <PageHeader title={t("title")}>
        <Button
          component={Link}
          to="/leads/appointments"
          variant="default"
          leftSection={<IconCalendar size={16} />}
        >
          {t("appointments.title")}
        </Button>
      </PageHeader>
      <Search key={asked.text ?? ""} asked={asked} set={set} />
      <FaultText fault={found.error} again={() => void found.refetch()} />
      {!found.error && (
        <DataTable
          label={t("title")}
          columns={columns}
          rows={found.data?.pages.flat()}
          rowKey={(row) => row.id}
          onOpen={(row) => void go(`/leads/${row.id}`)}
          empty={
            <EmptyState
              icon={<IconUserSearch size={32} />}
              title={t(narrowed ? "noneFound" : "none")}
              action={
                narrowed ? (
                  <Button variant="default" onClick={() => setAddress({})}>
                    {t("clear")}
                  </Button>
                ) : (
                  <Button component={Link} to="/lists" variant="default">
                    {t("toLists")}
                  </Button>
                )
              }
            >
              {t(narrowed ? "noneFoundNext" : "noneNext")}
            </EmptyState>
          }
        />
      )}
      <MoreButton of={found} />
    </div>
  );
}

function Search({ asked, set }: { asked: Asked; set: (change: Asked) => void }) {
  const { t } = useTranslation("leads");
  const campaigns = useCampaigns();
  const [text, setText] = useState(asked.text ?? "");
  const find = (event: FormEvent) => {
    event.preventDefault();
    set({ text });
  };
  return (
    <search>
      <form onSubmit={find} className={classes.search}>
        <TextInput
          label={t("text")}
          placeholder={t("textHow")}
          value={text}
          maxLength={128}
          onChange={(event) => setText(event.currentTarget.value)}
          w={320}
          autoFocus
        />
        <Button type="submit" leftSection={<IconSearch size={16} />}>
          {t("find")}
        </Button>
        <Select
          label={t("campaign")}
          placeholder={t("all")}
          data={(campaigns.data ?? []).map((one) => ({ value: String(one.id), label: one.name }))}
          value={asked.campaign?.toString() ?? null}
          onChange={(id) => set({ campaign: id ? Number(id) : undefined })}
          searchable
          clearable
          nothingFoundMessage={t("parts:nothingFound")}
          w={220}
        />
        <Select
          label={t("state")}
          placeholder={t("all")}
          data={LEAD_STATES.map((value) => ({ value, label: t(`parts:state.${value}`) }))}
          value={asked.state ?? null}
          onChange={(state) => set({ state: (state as LeadState | null) ?? undefined })}
          clearable
          w={160}
        />
      </form>
    </search>
  );
}

function useColumns(): Column<FoundLead>[] {
  const { t, i18n } = useTranslation("leads");
  const outcomeWord = useOutcomeWord();
  return useMemo(() => {
    const fixed = { sortable: false as const };
    return [
      {
        key: "name",
        title: t("name"),
        value: (row) => row.name || t("unnamed"),
        // A link, so that it opens in another tab too.
        render: (row) => (
          <Anchor
            component={Link}
            to={`/leads/${row.id}`}
            size="sm"
            onClick={(event: MouseEvent) => event.stopPropagation()}
          >
            {row.name || t("unnamed")}
          </Anchor>
        ),
        ...fixed,
      },
      { key: "number", title: t("number"), value: (row) => row.number, ...fixed },
      { key: "reference", title: t("reference"), value: (row) => row.reference || null, ...fixed },
      { key: "campaign", title: t("campaign"), value: (row) => row.campaign, ...fixed },
      { key: "list", title: t("list"), value: (row) => row.list, ...fixed },
      {
        key: "state",
        title: t("state"),
        value: (row) => row.state,
        render: (row) => <Pill state={row.state} />,
        ...fixed,
      },
      {
        key: "due",
        title: t("due"),
        hint: t("dueMeans"),
        value: (row) => row.due_at,
        render: (row) => (row.due_at ? moment(row.due_at, i18n.language) : "–"),
        ...fixed,
      },
      { key: "dials", title: t("dials"), value: (row) => row.dials, align: "right", ...fixed },
      {
        key: "last",
        title: t("last"),
        value: (row) => (row.last_outcome ? outcomeWord(row.last_outcome) : null),
        ...fixed,
      },
    ];
  }, [t, i18n.language, outcomeWord]);
}
