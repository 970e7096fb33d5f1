import { Button } from "@mantine/core";
import { IconMicrophone } from "@tabler/icons-react";
import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, ok } from "../api/client";
import type { RecordingView } from "../api/schema";
import { useEvent } from "../live";
import { useMetrics } from "../metrics";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { MoreButton } from "../parts/MoreButton";
import { useOutcomeWord } from "../parts/outcome";
import { PageHeader } from "../parts/PageHeader";
import { clock, moment } from "../parts/time";
import { FilterBar } from "./FilterBar";
import { asked, readFilters, writeFilters } from "./filters";
import { Player } from "./Player";
import classes from "./recordings.module.css";

const PAGE = 50;

/** Recordings: found by chips, listed newest first, played at the bottom. */
export default function RecordingsPage() {
  const { t } = useTranslation("recordings");
  const [address, setAddress] = useSearchParams();
  const filters = useMemo(() => readFilters(address), [address]);
  const open = address.get("open");
  const choices = useQuery({
    queryKey: ["recordings", "choices"],
    queryFn: () => ok(api.GET("/v1/recordings/choices")),
  });
  const { found, fresh, showFresh } = useRecordings(filters);
  const columns = useColumns();
  const rows = found.data?.pages.flatMap((page) => page.items);
  const choose = (id: string | null) =>
    setAddress((now) => {
      const next = new URLSearchParams(now);
      if (id) next.set("open", id);
      else next.delete("open");
      return next;
    });
  const narrowed = Object.keys(filters).length > 0;
  return (
    <div className={classes.page} data-page="recordings">
      <PageHeader title={t("title")} />
      <FilterBar
        filters={filters}
        choices={choices.data}
        onChange={(next) => setAddress((now) => writeFilters(now, next))}
      />
      <FaultText fault={found.error} again={() => void found.refetch()} />
      <div className={classes.list}>
        {fresh > 0 && (
          <Button variant="light" fullWidth mb={4} onClick={showFresh}>
            {t("fresh", { count: fresh })}
          </Button>
        )}
        {!found.error && (
          <DataTable
            label={t("title")}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            selected={open}
            onOpen={(row) => choose(row.id)}
            empty={
              <EmptyState
                icon={<IconMicrophone size={32} />}
                title={t(narrowed ? "noneFound" : "none")}
                action={
                  narrowed ? (
                    <Button variant="default" onClick={() => setAddress({})}>
                      {t("filter.clearAll")}
                    </Button>
                  ) : null
                }
              >
                {t(narrowed ? "noneFoundNext" : "noneNext")}
              </EmptyState>
            }
          />
        )}
        <MoreButton of={found} />
      </div>
      {open && <Player key={open} id={open} onClose={() => choose(null)} />}
    </div>
  );
}

/** The list; and how many came since it was asked for: they wait, so that nothing jumps. */
function useRecordings(filters: ReturnType<typeof readFilters>) {
  const client = useQueryClient();
  const key = ["recordings", "list", filters];
  const [fresh, setFresh] = useState(0);
  useEvent("recordings/ready", () => setFresh((before) => before + 1));
  const showFresh = () => {
    setFresh(0);
    void client.resetQueries({ queryKey: key });
  };
  const found = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/v1/recordings", {
          params: { query: { ...asked(filters), limit: PAGE, after: pageParam } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: keepPreviousData,
  });
  return { found, fresh, showFresh };
}

function useColumns(): Column<RecordingView>[] {
  const { t, i18n } = useTranslation("recordings");
  const { name, means } = useMetrics();
  const outcomeWord = useOutcomeWord();
  return useMemo(() => {
    const fixed = { sortable: false as const };
    return [
      {
        key: "at",
        title: t("began"),
        value: (row) => row.started_at,
        render: (row) => moment(row.started_at, i18n.language),
        ...fixed,
      },
      {
        key: "number",
        title: t("filter.number"),
        value: (row) => row.number || t("hidden"),
        ...fixed,
      },
      {
        key: "agent",
        title: t("filter.agent"),
        value: (row) => row.agent_display_name || null,
        ...fixed,
      },
      {
        key: "campaign",
        title: t("filter.campaign"),
        value: (row) => row.campaign || t(row.direction),
        ...fixed,
      },
      {
        key: "outcome",
        title: t("filter.outcome"),
        value: (row) => outcomeWord(row.outcome),
        ...fixed,
      },
      {
        key: "disposition",
        title: t("filter.disposition"),
        value: (row) =>
          (i18n.language === "zh" && row.disposition_label_zh) || row.disposition_label || null,
        ...fixed,
      },
      {
        key: "length",
        title: name("length"),
        hint: means("length"),
        value: (row) => row.seconds,
        render: (row) => (row.seconds === null ? t(`state.${row.state}`) : clock(row.seconds)),
        align: "right" as const,
        ...fixed,
      },
    ];
  }, [t, i18n.language, name, means, outcomeWord]);
}
