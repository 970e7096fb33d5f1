import {
  Button,
  Checkbox,
  Group,
  MultiSelect,
  Select,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import { useCampaigns, useClientNames } from "../campaigns/api";
import { FaultText } from "../parts/FaultText";
import { Fields, Panel } from "../parts/form/Panel";
import {
  COLUMNS,
  type Draft,
  EMPTY,
  hasColumns,
  hasDays,
  LANGUAGES,
  type LeadColumn,
  missing,
  orderOf,
  PARTS,
} from "./order";

interface PartProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

/** What became of a list: which one, of which days, with which columns. */
export function Order({ onMade }: { onMade: () => void }) {
  const { t, i18n } = useTranslation("reports");
  const may = useMay();
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }));
  const order = useAct(
    () => ok(api.POST("/v1/reports/feedback", { body: orderOf(draft) })),
    onMade,
  );
  const lacks = missing(draft);
  return (
    <Panel title={t("order.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!lacks) order.act();
        }}
      >
        <Fields>
          <Whose draft={draft} set={set} />
          <Select
            label={t("format")}
            data={["xlsx", "csv"].map((value) => ({ value, label: t(`formats.${value}`) }))}
            value={draft.format}
            onChange={(value) => set({ format: value === "csv" ? "csv" : "xlsx" })}
            allowDeselect={false}
          />
          {draft.format === "csv" && (
            <Select
              label={t("part")}
              data={PARTS.map((value) => ({ value, label: t(`parts.${value}`) }))}
              value={draft.part}
              onChange={(value) => set({ part: PARTS.find((one) => one === value) ?? "leads" })}
              allowDeselect={false}
            />
          )}
          <Select
            label={t("language")}
            data={LANGUAGES.map((value) => ({ value, label: t(`languages.${value}`) }))}
            value={draft.language ?? i18n.language}
            onChange={(value) => set({ language: LANGUAGES.find((one) => one === value) ?? null })}
            allowDeselect={false}
          />
        </Fields>
        {hasDays(draft) && <Days draft={draft} set={set} />}
        {hasColumns(draft) && <Columns draft={draft} set={set} />}
        {may("see_numbers") && (
          <Switch
            mt={12}
            label={t("fullNumbers")}
            description={t("fullNumbersMeans")}
            checked={draft.fullNumbers}
            onChange={(event) => set({ fullNumbers: event.currentTarget.checked })}
          />
        )}
        <Group gap={12} mt={12}>
          <Button
            type="submit"
            leftSection={<IconFileSpreadsheet size={16} />}
            loading={order.busy}
            disabled={lacks !== null}
          >
            {t("order.button")}
          </Button>
          {lacks && (
            <Text size="sm" c="dimmed">
              {t(`lacks.${lacks}`)}
            </Text>
          )}
        </Group>
        <FaultText fault={order.fault} />
      </form>
    </Panel>
  );
}

/** Client, campaign, list: each narrows the next; what there is only one of is chosen already. */
function Whose({ draft, set }: PartProps) {
  const { t } = useTranslation("reports");
  const clients = useClientNames();
  const campaigns = useCampaigns();
  const [client, setClient] = useState<string | null>(null);
  const offered = (campaigns.data ?? []).filter(
    (one) => client === null || String(one.client_id) === client,
  );
  const lists = useQuery({
    queryKey: ["campaign", draft.campaign, "lists"],
    queryFn: () =>
      ok(
        api.GET("/v1/campaigns/{campaign_id}/lists", {
          params: { path: { campaign_id: draft.campaign ?? 0 } },
        }),
      ),
    enabled: draft.campaign !== null,
  });
  const only = lists.data?.length === 1 ? lists.data[0]?.name : undefined;
  useEffect(() => {
    if (only !== undefined && draft.list === null) set({ list: only });
  });
  const none = lists.data?.length === 0;
  return (
    <>
      {clients.size > 1 && (
        <Select
          label={t("client")}
          placeholder={t("allClients")}
          data={[...clients].map(([id, label]) => ({ value: String(id), label }))}
          value={client}
          onChange={(value) => {
            setClient(value);
            set({ campaign: null, list: null });
          }}
          searchable
          clearable
        />
      )}
      <Select
        label={t("campaign")}
        placeholder={t("choose")}
        data={offered.map((one) => ({ value: String(one.id), label: one.name }))}
        value={draft.campaign?.toString() ?? null}
        onChange={(value) => set({ campaign: value ? Number(value) : null, list: null })}
        searchable
        nothingFoundMessage={t("parts:nothingFound")}
        error={campaigns.error ? t("parts:fault.failed") : undefined}
        required
        withAsterisk={false}
      />
      <Select
        label={t("list")}
        placeholder={t("choose")}
        description={none ? t("noLists") : undefined}
        data={(lists.data ?? []).map((one) => ({
          value: one.name,
          label: t("listOf", { name: one.name, count: one.leads }),
        }))}
        value={draft.list}
        onChange={(value) => set({ list: value })}
        disabled={draft.campaign === null || none}
        searchable
        required
        withAsterisk={false}
      />
    </>
  );
}

function Days({ draft, set }: PartProps) {
  const { t } = useTranslation("reports");
  return (
    <Group gap={12} mt={12} align="flex-end">
      <TextInput
        type="date"
        label={t("from")}
        value={draft.from}
        max={draft.to || undefined}
        onChange={(event) => set({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t("to")}
        value={draft.to}
        min={draft.from || undefined}
        onChange={(event) => set({ to: event.currentTarget.value })}
      />
      <Text size="sm" c="dimmed" lh="30px">
        {t("daysMean")}
      </Text>
    </Group>
  );
}

function Columns({ draft, set }: PartProps) {
  const { t } = useTranslation("reports");
  const all = draft.columns.length === COLUMNS.length;
  return (
    <Group gap={12} mt={12} align="flex-end">
      <Checkbox
        label={t("allColumns")}
        checked={all}
        onChange={(event) => set({ columns: event.currentTarget.checked ? COLUMNS : [] })}
        mb={all ? 0 : 8}
      />
      {!all && (
        <MultiSelect
          label={t("columns")}
          data={COLUMNS.map((value) => ({ value, label: t(`column.${value}`) }))}
          value={[...draft.columns]}
          onChange={(chosen) => set({ columns: chosen as LeadColumn[] })}
          searchable
          flex={1}
          miw={280}
        />
      )}
    </Group>
  );
}
