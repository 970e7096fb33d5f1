import { Autocomplete, Button, Checkbox, Select, TextInput } from "@mantine/core";
import { IconDownload, IconListCheck } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, ok } from "../api/client";
import type { Act } from "../api/schema";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { MoreButton } from "../parts/MoreButton";
import { PageHeader } from "../parts/PageHeader";
import { type Asked, asked, details, lasted, readAsked, writeAsked } from "./asked";
import classes from "./audit.module.css";

const PAGE = 100;

/** Who did what, to whom, when, and for how long. */
export default function AuditPage() {
  const { t } = useTranslation("audit");
  const [address, setAddress] = useSearchParams();
  const filters = useMemo(() => readAsked(address), [address]);
  const set = (change: Asked) =>
    setAddress(writeAsked({ ...filters, ...change }), { replace: true });
  const query = asked(filters);
  const found = useInfiniteQuery({
    queryKey: ["audit", query],
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/v1/audit", {
          params: { query: { ...query, limit: PAGE, ...(pageParam ? { before: pageParam } : {}) } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = found.data?.pages.flatMap((page) => page.items);
  const columns = useColumns();
  return (
    <div className={classes.page} data-page="audit">
      <PageHeader title={t("title")}>
        <Button
          component="a"
          variant="default"
          leftSection={<IconDownload size={14} />}
          href={`/v1/audit/export.csv?${new URLSearchParams(query)}`}
          download
        >
          {t("export")}
        </Button>
      </PageHeader>
      <FilterRow filters={filters} set={set} people={rows?.map((act) => act.who) ?? []} />
      <FaultText fault={found.error} again={() => void found.refetch()} />
      <div className={classes.list}>
        {!found.error && (
          <DataTable
            label={t("title")}
            columns={columns}
            rows={rows}
            rowKey={(act) => act.id}
            empty={
              <EmptyState icon={<IconListCheck size={32} />} title={t("none")}>
                {t("noneNext")}
              </EmptyState>
            }
          />
        )}
        <MoreButton of={found} />
      </div>
    </div>
  );
}

interface RowProps {
  filters: Asked;
  set: (change: Asked) => void;
  /** Names to offer: of those who are shown. */
  people: string[];
}

function FilterRow({ filters, set, people }: RowProps) {
  const { t } = useTranslation("audit");
  const word = useActWord();
  const { data: acts } = useQuery({
    queryKey: ["audit", "acts"],
    queryFn: () => ok(api.GET("/v1/audit/acts")),
  });
  const rooms = [...new Set(acts?.map((act) => `${act.split(".")[0]}.`))];
  return (
    <search className={classes.filters}>
      <Autocomplete
        size="xs"
        w={160}
        label={t("who")}
        placeholder={t("anybody")}
        data={[...new Set(people)].sort()}
        value={filters.who ?? ""}
        onChange={(who) => set({ who: who || undefined })}
      />
      <Select
        w={260}
        searchable
        clearable
        label={t("act")}
        placeholder={t("anything")}
        nothingFoundMessage={t("parts:nothingFound")}
        data={[
          {
            group: t("rooms"),
            items: rooms.map((value) => ({ value, label: t("all", { room: word(value) }) })),
          },
          {
            group: t("acts"),
            items: (acts ?? []).map((value) => ({ value, label: word(value) })),
          },
        ]}
        value={filters.act ?? null}
        onChange={(act) => set({ act: act ?? undefined })}
      />
      <TextInput
        w={200}
        label={t("subject")}
        placeholder="agents/anna"
        value={filters.subject ?? ""}
        onChange={(event) => set({ subject: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        label={t("from")}
        max={filters.to}
        value={filters.from ?? ""}
        onChange={(event) => set({ from: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        label={t("to")}
        min={filters.from}
        value={filters.to ?? ""}
        onChange={(event) => set({ to: event.currentTarget.value || undefined })}
      />
      <Checkbox
        mb={8}
        label={t("programs")}
        checked={filters.programs === "1"}
        onChange={(event) => set({ programs: event.currentTarget.checked ? "1" : undefined })}
      />
    </search>
  );
}

/** Long texts on one line; whole on hover. */
function Cut({ text }: { text: string }) {
  return (
    <span className={classes.cut} title={text}>
      {text}
    </span>
  );
}

/** An act's words; one that the catalogue does not know keeps its name. */
function useActWord(): (act: string) => string {
  const { t } = useTranslation("audit");
  return useCallback(
    (act) => {
      const [room = act, done] = act.split(".");
      const place = t(`room.${room}`, { defaultValue: room });
      return done
        ? `${place}: ${t(`did.${done}`, { defaultValue: done.replaceAll("_", " ") })}`
        : place;
    },
    [t],
  );
}

function useColumns(): Column<Act>[] {
  const { t, i18n } = useTranslation("audit");
  const word = useActWord();
  return useMemo(() => {
    const fixed = { sortable: false as const };
    const time = new Intl.DateTimeFormat(i18n.language === "zh" ? "zh-CN" : "en-GB", {
      dateStyle: "medium",
      timeStyle: "medium",
    });
    return [
      {
        key: "at",
        title: t("at"),
        value: (act) => act.at,
        render: (act) => <span className={classes.line}>{time.format(new Date(act.at))}</span>,
        ...fixed,
      },
      { key: "who", title: t("who"), value: (act) => act.who, ...fixed },
      {
        key: "role",
        title: t("role"),
        value: (act) => t(`app:role.${act.role}`, { defaultValue: act.role }),
        ...fixed,
      },
      {
        key: "act",
        title: t("act"),
        value: (act) => act.act,
        render: (act) => (
          <span className={classes.line} title={act.act}>
            {word(act.act)}
          </span>
        ),
        ...fixed,
      },
      {
        key: "subject",
        title: t("subject"),
        value: (act) => act.subject,
        render: (act) => <Cut text={act.subject} />,
        ...fixed,
      },
      {
        key: "lasted",
        title: t("lasted"),
        value: (act) => lasted(act) ?? (act.lasts ? t("goesOn") : null),
        align: "right" as const,
        ...fixed,
      },
      {
        key: "details",
        title: t("details"),
        value: (act) => details(act.details),
        render: (act) => <Cut text={details(act.details)} />,
        ...fixed,
      },
      { key: "address", title: t("address"), value: (act) => act.address || null, ...fixed },
    ];
  }, [t, i18n.language, word]);
}
