import { Alert, Button, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { early } from "../api/early";
import type { ImportPreview } from "../api/schema";
import { useCampaign, useImports } from "../campaigns/api";
import { FaultText } from "../parts/FaultText";
import { Panel } from "../parts/form/Panel";
import { PageHeader } from "../parts/PageHeader";
import { DropZone } from "./DropZone";
import { FIELDS } from "./fields";
import { ImportLine } from "./ImportLine";
import classes from "./lists.module.css";

interface How {
  list: string;
  mapping: Record<string, string>;
  region: string;
}

/** A list comes in: drop it, see what its columns mean and what would be refused, go. */
export default function ImportPage() {
  const { t } = useTranslation("lists");
  const id = Number(useParams().id);
  const campaign = useCampaign(id);
  const queries = useQueryClient();
  const [seen, setSeen] = useState<ImportPreview | null>(null);
  const [started, setStarted] = useState<number | null>(null);
  const drop = useAct(
    (file: File) => {
      const form = new FormData();
      form.append("file", file);
      return early<ImportPreview>("POST", `/v1/campaigns/${id}/imports/preview`, form);
    },
    (preview) => {
      setSeen(preview);
      setStarted(null);
    },
  );
  const path = { campaign_id: id, upload: seen?.upload ?? "" };
  const again = useAct(
    (how: How) =>
      ok(
        api.POST("/v1/campaigns/{campaign_id}/imports/preview/{upload}", {
          params: { path },
          body: body(how),
        }),
      ),
    setSeen,
  );
  const go = useAct(
    (how: How) =>
      ok(
        api.POST("/v1/campaigns/{campaign_id}/imports/preview/{upload}/start", {
          params: { path },
          body: body(how),
        }),
      ),
    (job) => {
      setStarted(job.id);
      setSeen(null);
      void queries.invalidateQueries({ queryKey: ["campaign", id] });
    },
  );
  const forget = useAct(
    () =>
      ok(api.DELETE("/v1/campaigns/{campaign_id}/imports/preview/{upload}", { params: { path } })),
    () => setSeen(null),
  );
  return (
    <div className="page">
      <PageHeader title={t("importInto", { name: campaign.data?.name ?? "…" })}>
        <Button component={Link} to={`/campaigns/${id}`} variant="default">
          {t("backToCampaign")}
        </Button>
      </PageHeader>
      <FaultText fault={campaign.error} />
      {started !== null && <Started campaign={id} job={started} />}
      {!seen && (
        <DropZone busy={drop.busy} onFile={(file) => drop.act(file)}>
          <FaultText fault={drop.fault} />
        </DropZone>
      )}
      {seen && (
        <Preview
          key={seen.upload}
          seen={seen}
          busy={again.busy || go.busy}
          fault={go.fault ?? again.fault}
          onTry={(how) => again.act(how)}
          onGo={(how) => go.act(how)}
          onForget={() => forget.act()}
        />
      )}
    </div>
  );
}

function body({ list, mapping, region }: How) {
  return {
    list,
    options: {
      mapping,
      region: region || null,
      encoding: "",
      delimiter: "",
      priority: 0,
      assigned_only: false,
    },
  };
}

interface PreviewProps {
  seen: ImportPreview;
  busy: boolean;
  fault: unknown;
  onTry: (how: How) => void;
  onGo: (how: How) => void;
  onForget: () => void;
}

function Preview({ seen, busy, fault, onTry, onGo, onForget }: PreviewProps) {
  const { t } = useTranslation("lists");
  const [how, setHow] = useState<How>({ list: seen.list_name, mapping: {}, region: "" });
  const change = (part: Partial<How>) => {
    const next = { ...how, ...part };
    setHow(next);
    onTry(next);
  };
  const ready = !seen.fault && seen.accepted > 0;
  return (
    <Stack gap={12}>
      <Panel
        title={seen.file_name}
        tools={
          <Group gap={8}>
            <Button variant="default" onClick={onForget} disabled={busy}>
              {t("anotherFile")}
            </Button>
            <Button loading={busy} disabled={!ready} onClick={() => onGo(how)}>
              {seen.whole ? t("go", { count: seen.accepted }) : t("goAll")}
            </Button>
          </Group>
        }
      >
        <Group gap={16} align="flex-end">
          <TextInput
            label={t("listName")}
            defaultValue={how.list}
            maxLength={128}
            onBlur={(event) =>
              event.currentTarget.value !== how.list && change({ list: event.currentTarget.value })
            }
          />
          <TextInput
            label={t("region")}
            placeholder={t("regionDefault")}
            maxLength={2}
            w={140}
            onBlur={(event) => {
              const region = event.currentTarget.value.trim().toUpperCase();
              if (region !== how.region) change({ region });
            }}
          />
          <Text size="sm" aria-live="polite">
            {t(seen.whole ? "counted" : "countedFirst", { count: seen.rows })}{" "}
            <strong>{t("accepted", { count: seen.accepted })}</strong>,{" "}
            {t("rejected", { count: seen.rejected })}
            {seen.barred > 0 && `, ${t("barred", { count: seen.barred })}`}
          </Text>
        </Group>
        <FaultText fault={fault} />
        {seen.fault && (
          <Alert color="red" variant="light" mt={8} role="alert">
            <Text size="sm">{seen.fault}</Text>
            <Text size="sm" c="dimmed">
              {seen.cure}
            </Text>
          </Alert>
        )}
        <Text size="sm" c="dimmed" mt={8}>
          {t("undoNote")}
        </Text>
      </Panel>
      {seen.refusals.length > 0 && <Refusals seen={seen} />}
      <Panel title={t("columns")}>
        <Rows seen={seen} mapping={how.mapping} onMap={(mapping) => change({ mapping })} />
      </Panel>
    </Stack>
  );
}

function Refusals({ seen }: { seen: ImportPreview }) {
  const { t } = useTranslation("lists");
  return (
    <Panel title={t("whyRefused")}>
      <Table aria-label={t("whyRefused")}>
        <Table.Tbody>
          {seen.refusals.map((one) => (
            <Table.Tr key={one.reason}>
              <Table.Td ta="right" w={80}>
                {t("rows", { count: one.rows })}
              </Table.Td>
              <Table.Td>{one.reason}</Table.Td>
              <Table.Td className="quiet">{t("lines", { lines: one.lines.join(", ") })}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

interface RowsProps {
  seen: ImportPreview;
  mapping: Record<string, string>;
  onMap: (mapping: Record<string, string>) => void;
}

/** The first rows, with what each column is taken for above it. */
function Rows({ seen, mapping, onMap }: RowsProps) {
  const { t } = useTranslation("lists");
  return (
    <div className={classes.scroll}>
      <Table aria-label={t("firstRows")} withColumnBorders>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("line")}</Table.Th>
            {seen.columns.map((column) => (
              <Table.Th key={column.name} miw={160}>
                <Select
                  label={column.name}
                  data={FIELDS.map((value) => ({ value, label: t(`field.${value}`) }))}
                  value={column.field}
                  onChange={(field) => field && onMap({ ...mapping, [column.name]: field })}
                  description={column.told ? t("told") : t("guessed")}
                />
              </Table.Th>
            ))}
            <Table.Th miw={200}>{t("becomes")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {seen.first.map((row) => (
            <Table.Tr key={row.line} data-refused={row.refused ? true : undefined}>
              <Table.Td className="quiet">{row.line}</Table.Td>
              {seen.columns.map((column, at) => (
                <Table.Td key={column.name} className={classes.cell}>
                  {row.cells[at]}
                </Table.Td>
              ))}
              <Table.Td>
                {row.refused ? (
                  <span className={classes.refused}>
                    {t("refusedBecause", { why: row.refused })}
                  </span>
                ) : (
                  <span>
                    {[row.name, (row.numbers ?? []).join(", "), row.time_zone]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** The import that was just started. */
function Started({ campaign, job }: { campaign: number; job: number }) {
  const { t } = useTranslation("lists");
  const { data, refetch } = useImports(campaign);
  const mine = data?.find((one) => one.id === job);
  useEffect(() => {
    if (!mine) void refetch();
  }, [mine, refetch]);
  return (
    <div style={{ marginBottom: 12 }}>
      <Panel title={t("started")}>
        {mine && (
          <Table aria-label={t("started")}>
            <Table.Tbody>
              <ImportLine job={mine} />
            </Table.Tbody>
          </Table>
        )}
        {mine?.state === "done" && <Link to={`/campaigns/${campaign}`}>{t("checkCampaign")}</Link>}
      </Panel>
    </div>
  );
}
