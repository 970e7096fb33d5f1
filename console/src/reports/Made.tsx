import { Button, Progress, Text } from "@mantine/core";
import { IconDownload, IconFileSpreadsheet } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ReportProgress } from "../api/schema";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { StatePill } from "../parts/StatePill";
import { dayOf, moment } from "../parts/time";
import { shareOf } from "./order";

/** Reports that are kept, the newest first, with their files. */
export function Made({ reports }: { reports: readonly ReportProgress[] | undefined }) {
  const { t, i18n } = useTranslation("reports");
  const fixed = { sortable: false as const };
  const columns: Column<ReportProgress>[] = [
    {
      key: "what",
      title: t("campaign"),
      value: (row) => row.campaign,
      ...fixed,
    },
    { key: "list", title: t("list"), value: (row) => row.list_name, ...fixed },
    {
      key: "holds",
      title: t("holds"),
      value: (row) => row.part,
      render: (row) => <Holds report={row} />,
      ...fixed,
    },
    {
      key: "asked",
      title: t("asked"),
      value: (row) => row.made_at,
      render: (row) => `${moment(row.made_at, i18n.language)} ${row.by}`,
      ...fixed,
    },
    {
      key: "state",
      title: t("state"),
      value: (row) => row.state,
      render: (row) => <HowFar report={row} />,
      width: 240,
      ...fixed,
    },
    {
      key: "file",
      title: t("file"),
      value: (row) => row.file_name,
      render: (row) => <File report={row} />,
      align: "right",
      ...fixed,
    },
  ];
  return (
    <section aria-label={t("made")} style={{ marginTop: 16 }}>
      <h2 style={{ margin: "0 0 8px", fontSize: 16 }}>{t("made")}</h2>
      <DataTable
        label={t("made")}
        columns={columns}
        rows={reports}
        rowKey={(row) => row.id}
        empty={
          <EmptyState icon={<IconFileSpreadsheet size={32} />} title={t("none")}>
            {t("noneNext")}
          </EmptyState>
        }
      />
      {reports && reports.length > 0 && (
        <Text size="sm" c="dimmed" mt={8}>
          {t("kept")}
        </Text>
      )}
    </section>
  );
}

function Holds({ report }: { report: ReportProgress }) {
  const { t, i18n } = useTranslation("reports");
  const what = report.format === "xlsx" ? t("formats.xlsx") : t(`parts.${report.part}`);
  // The end is the midnight after its last day.
  const last = report.before && dayOf(new Date(Date.parse(report.before) - 1));
  const days =
    report.since || last
      ? t("days", { from: report.since ? dayOf(new Date(report.since)) : "…", to: last ?? "…" })
      : "";
  const rest = [
    days,
    report.full_numbers ? t("withNumbers") : "",
    report.language === i18n.language ? "" : t(`languages.${report.language}`),
  ]
    .filter(Boolean)
    .join(" · ");
  return (
    <>
      {what} {rest && <span className="quiet">{rest}</span>}
    </>
  );
}

function HowFar({ report }: { report: ReportProgress }) {
  const { t } = useTranslation("reports");
  if (report.state === "failed")
    return <StatePill state="error" word={report.error ?? t("states.failed")} />;
  if (report.state === "done")
    return <StatePill state="ok" word={t("states.done", { count: report.leads })} />;
  const share = shareOf(report);
  return (
    <>
      <Progress
        value={share ?? 100}
        animated={share === null}
        aria-label={t("progressOf", { file: report.file_name })}
        size="lg"
      />
      <Text size="xs" c="dimmed" aria-live="polite">
        {t("written", { count: report.leads })}
      </Text>
    </>
  );
}

function File({ report }: { report: ReportProgress }) {
  const { t } = useTranslation("reports");
  if (report.state !== "done") return null;
  return (
    <Button
      component="a"
      href={`/v1/reports/${report.id}/file`}
      download={report.file_name}
      size="compact-sm"
      leftSection={<IconDownload size={14} />}
      aria-label={t("downloadOf", { file: report.file_name })}
    >
      {t("download")}
    </Button>
  );
}
