import { Anchor, Button, FileButton, Group, Text, Textarea, TextInput } from "@mantine/core";
import { IconPhoneOff, IconUpload } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import { early } from "../../api/early";
import { useMay } from "../../api/me";
import type { Bar, NumberReport } from "../../api/schema";
import { type Column, DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { FaultText } from "../../parts/FaultText";
import { Fields, Panel } from "../../parts/form/Panel";
import { MoreButton } from "../../parts/MoreButton";
import { PageHeader } from "../../parts/PageHeader";
import { StatePill } from "../../parts/StatePill";
import { moment } from "../../parts/time";

const PAGE = 100;
const DNC = ["dnc"] as const;

/** Numbers that must not be called: looked up, added, imported, lifted with a reason. */
export function DncSection() {
  const { t, i18n } = useTranslation("admin");
  const may = useMay();
  const found = useInfiniteQuery({
    queryKey: DNC,
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      ok(api.GET("/v1/dnc", { params: { query: { after: pageParam, limit: PAGE } } })),
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.id),
  });
  const columns: Column<Bar>[] = [
    { key: "number", title: t("dnc.number"), value: (row) => row.number },
    { key: "reach", title: t("dnc.reach"), value: (row) => t(`dnc.reaches.${row.reach}`) },
    { key: "reason", title: t("dnc.reason"), value: (row) => row.reason || "–" },
    { key: "source", title: t("dnc.source"), value: (row) => t(`dnc.sources.${row.source}`) },
    {
      key: "added",
      title: t("dnc.added"),
      value: (row) => row.added_at,
      render: (row) => `${moment(row.added_at, i18n.language)} ${row.added_by}`,
    },
    {
      key: "expires",
      title: t("dnc.expires"),
      value: (row) => row.expires_at,
      render: (row) => (row.expires_at ? moment(row.expires_at, i18n.language) : t("dnc.never")),
    },
  ];
  return (
    <>
      <PageHeader title={t("dnc.title")}>
        {may("edit_dnc") && <ImportBars />}
        {may("edit_dnc") && (
          <Button component="a" href="/v1/dnc/export.csv" download variant="default">
            {t("dnc.export")}
          </Button>
        )}
      </PageHeader>
      <div style={{ display: "grid", gap: 12, marginBottom: 12 }}>
        <LookUp />
        {may("edit_dnc") && <AddBars />}
      </div>
      <FaultText fault={found.error} />
      <DataTable
        label={t("dnc.title")}
        columns={columns}
        rows={found.data?.pages.flat()}
        rowKey={(row) => row.id}
        empty={
          <EmptyState icon={<IconPhoneOff size={32} />} title={t("dnc.none")}>
            {t("dnc.noneNext")}
          </EmptyState>
        }
      />
      <MoreButton of={found} />
    </>
  );
}

const plain = (number: string) => number.replace(/[^\d+]/g, "");

/** One number: whether it may be called, and lifting it. */
function LookUp() {
  const { t, i18n } = useTranslation("admin");
  const may = useMay();
  const queries = useQueryClient();
  const [number, setNumber] = useState("");
  const [why, setWhy] = useState("");
  const [report, setReport] = useState<NumberReport | null>(null);
  const look = useAct(
    () => ok(api.GET("/v1/dnc/check", { params: { query: { number: plain(number) } } })),
    setReport,
  );
  const lift = useAct(
    (bar: Bar) =>
      ok(
        api.POST("/v1/dnc/lift", {
          body: {
            number: plain(number),
            why,
            by: "",
            client_id: bar.reach === "client" ? bar.reach_key : null,
            campaign_id: bar.reach === "campaign" ? bar.reach_key : null,
          },
        }),
      ),
    () => {
      setWhy("");
      look.act();
      void queries.invalidateQueries({ queryKey: DNC });
    },
  );
  return (
    <Panel title={t("dnc.lookUp")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          look.act();
        }}
      >
        <Group gap={8} align="flex-end">
          <TextInput
            label={t("dnc.number")}
            placeholder="+8613800000000"
            inputMode="tel"
            value={number}
            onChange={(event) => {
              setNumber(event.currentTarget.value);
              setReport(null);
            }}
            w={240}
          />
          <Button type="submit" variant="default" loading={look.busy} disabled={!number.trim()}>
            {t("dnc.look")}
          </Button>
        </Group>
      </form>
      <FaultText fault={look.fault ?? lift.fault} />
      {report && (
        <div aria-live="polite" style={{ marginTop: 8 }}>
          <Group gap={8}>
            <StatePill
              state={report.barred ? "error" : "ok"}
              word={t(report.barred ? "dnc.barred" : "dnc.free")}
            />
            <Text size="sm" c="dimmed">
              {t("dnc.dials", { today: report.dials_today, week: report.dials_week })}
            </Text>
          </Group>
          {report.bars.map((bar) => (
            <Group key={bar.id} gap={8} mt={8} align="flex-end">
              <Text size="sm">
                {bar.number} · {t(`dnc.reaches.${bar.reach}`)} · {bar.reason || "–"} ·{" "}
                {moment(bar.added_at, i18n.language)}
              </Text>
              {may("edit_dnc") && (
                <>
                  <TextInput
                    label={t("dnc.why")}
                    value={why}
                    maxLength={255}
                    onChange={(event) => setWhy(event.currentTarget.value)}
                    w={260}
                  />
                  <Button
                    variant="default"
                    loading={lift.busy}
                    disabled={!why.trim()}
                    onClick={() => lift.act(bar)}
                  >
                    {t("dnc.lift")}
                  </Button>
                </>
              )}
            </Group>
          ))}
        </div>
      )}
    </Panel>
  );
}

function AddBars() {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [numbers, setNumbers] = useState("");
  const [reason, setReason] = useState("");
  const [told, setTold] = useState("");
  const add = useAct(
    () =>
      ok(
        api.POST("/v1/dnc", {
          body: {
            numbers: numbers
              .split(/[\n,;，；]/)
              .map((one) => one.trim())
              .filter(Boolean),
            reason,
            source: "person",
            by: "",
          },
        }),
      ),
    (result) => {
      setTold(
        [
          t("dnc.result", { added: result.added, known: result.known }),
          ...result.rejected.map((one) => `${one.number}: ${one.reason}`),
        ].join(" "),
      );
      if (!result.rejected.length) setNumbers("");
      void queries.invalidateQueries({ queryKey: DNC });
    },
  );
  return (
    <Panel title={t("dnc.add")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.act();
        }}
      >
        <Fields>
          <Textarea
            label={t("dnc.numbers")}
            description={t("dnc.numbersMeans")}
            value={numbers}
            autosize
            minRows={1}
            maxRows={6}
            onChange={(event) => setNumbers(event.currentTarget.value)}
          />
          <TextInput
            label={t("dnc.reason")}
            description={t("dnc.reasonMeans")}
            value={reason}
            maxLength={255}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Fields>
        <Group gap={8} mt={8}>
          <Button type="submit" loading={add.busy} disabled={!numbers.trim()}>
            {t("dnc.addButton")}
          </Button>
          <Text size="sm" aria-live="polite">
            {told}
          </Text>
        </Group>
        <FaultText fault={add.fault} />
      </form>
    </Panel>
  );
}

function ImportBars() {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [id, setId] = useState<number | null>(null);
  const start = useAct(
    (file: File) => {
      const form = new FormData();
      form.append("file", file);
      return early<{ id: number }>("POST", "/v1/dnc/imports", form);
    },
    (made) => setId(made.id),
  );
  const { data } = useQuery({
    queryKey: ["dnc-import", id],
    queryFn: async () => {
      const job = await ok(
        api.GET("/v1/dnc/imports/{import_id}", { params: { path: { import_id: id ?? 0 } } }),
      );
      if (job.state !== "running") void queries.invalidateQueries({ queryKey: DNC });
      return job;
    },
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.state === "running" ? 1000 : false),
  });
  return (
    <>
      <FaultText fault={start.fault} />
      {data && (
        <Text size="sm" aria-live="polite">
          {data.state === "failed"
            ? data.error
            : t("dnc.imported", {
                added: data.added,
                known: data.known,
                rows: data.rows_done,
              })}{" "}
          {data.rejected > 0 && (
            <Anchor href={`/v1/dnc/imports/${data.id}/rejects.csv`} download size="sm">
              {t("dnc.rejects", { count: data.rejected })}
            </Anchor>
          )}
        </Text>
      )}
      <FileButton onChange={(file) => file && start.act(file)} accept=".csv,.txt,.xlsx">
        {(props) => (
          <Button
            {...props}
            variant="default"
            leftSection={<IconUpload size={16} />}
            loading={start.busy || data?.state === "running"}
          >
            {t("dnc.import")}
          </Button>
        )}
      </FileButton>
    </>
  );
}
