import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Table,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import type { CallingWindows, NotReadyReason, OutsideNumber, SiteSettings } from "../../api/schema";
import { codeOf } from "../../campaigns/dispositions";
import { Windows } from "../../campaigns/sections/When";
import { FaultText } from "../../parts/FaultText";
import { useDraft } from "../../parts/form/draft";
import { faultAt } from "../../parts/form/faults";
import { Fields, Panel } from "../../parts/form/Panel";
import { SaveBar } from "../../parts/form/SaveBar";
import { offerUndo } from "../../parts/form/undo";
import { PageHeader } from "../../parts/PageHeader";
import { SITE, useSite } from "../api";

const USUAL = ["09:00-20:00"];
const WINDOWS = {
  mon: USUAL,
  tue: USUAL,
  wed: USUAL,
  thu: USUAL,
  fri: USUAL,
  sat: USUAL,
  sun: USUAL,
  holidays: null,
  dates: {},
  regions: [],
} as CallingWindows;

/** What the site decides for itself. */
export function SiteSection() {
  const { t } = useTranslation("admin");
  const { data, error } = useSite();
  return (
    <>
      <PageHeader title={t("site.title")} />
      <FaultText fault={error} />
      {data && <Editor site={data} />}
    </>
  );
}

function Editor({ site }: { site: SiteSettings }) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const draft = useDraft(site);
  const { value, set } = draft;
  const put = (now: SiteSettings) =>
    ok(api.PUT("/v1/site", { body: now as unknown as Record<string, unknown> }));
  const save = useAct(
    () => put(value),
    (saved) => {
      queries.setQueryData(SITE, saved);
      offerUndo(t("saved"), () => back.act());
    },
  );
  const back = useAct(
    () => put(site),
    (saved) => queries.setQueryData(SITE, saved),
  );
  const wrong = faultAt(save.fault);
  const windows = value.windows as unknown as CallingWindows | null | undefined;
  return (
    <Stack gap={12}>
      <Panel title={t("site.general")}>
        <Fields>
          <TextInput
            label={t("site.name")}
            value={value.name}
            maxLength={64}
            error={wrong("name")}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <Select
            label={t("site.language")}
            data={[
              { value: "en", label: "English" },
              { value: "zh", label: "简体中文" },
            ]}
            value={value.language}
            onChange={(language) =>
              language && set({ language: language as SiteSettings["language"] })
            }
          />
          <TextInput
            label={t("site.region")}
            description={t("site.regionMeans")}
            value={value.region}
            maxLength={2}
            error={wrong("region")}
            onChange={(event) => set({ region: event.currentTarget.value.toUpperCase() })}
          />
          <TextInput
            label={t("site.testNumber")}
            description={t("site.testNumberMeans")}
            value={value.test_number ?? ""}
            error={wrong("test_number")}
            onChange={(event) =>
              set({ test_number: event.currentTarget.value.replace(/[^\d+]/g, "") || null })
            }
          />
        </Fields>
      </Panel>
      <Panel title={t("site.desk")}>
        <Stack gap={12}>
          <Switch
            label={t("site.showListening")}
            description={t("site.showListeningMeans")}
            checked={value.show_listening}
            onChange={(event) => set({ show_listening: event.currentTarget.checked })}
          />
          <Fields>
            <Target
              label={t("site.calls")}
              value={value.targets.calls}
              onChange={(calls) => set({ targets: { ...value.targets, calls } })}
            />
            <Target
              label={t("site.successes")}
              value={value.targets.successes}
              onChange={(successes) => set({ targets: { ...value.targets, successes } })}
            />
            <Target
              label={t("site.talk")}
              value={value.targets.talk_s}
              suffix=" s"
              onChange={(talk_s) => set({ targets: { ...value.targets, talk_s } })}
            />
            <Target
              label={t("site.wrapUp")}
              value={value.targets.wrap_up_s}
              suffix=" s"
              onChange={(wrap_up_s) => set({ targets: { ...value.targets, wrap_up_s } })}
            />
            <NumberInput
              label={t("site.levelSeconds")}
              suffix=" s"
              min={1}
              max={600}
              value={value.service_level.seconds}
              onChange={(seconds) =>
                typeof seconds === "number" &&
                set({ service_level: { ...value.service_level, seconds } })
              }
            />
            <NumberInput
              label={t("site.levelShare")}
              suffix=" %"
              min={1}
              max={100}
              value={Math.round(value.service_level.share * 100)}
              onChange={(share) =>
                typeof share === "number" &&
                set({ service_level: { ...value.service_level, share: share / 100 } })
              }
            />
          </Fields>
          <Reasons
            list={value.not_ready_reasons}
            onChange={(not_ready_reasons) => set({ not_ready_reasons })}
            fault={wrong("not_ready_reasons")}
          />
          <Outside
            list={value.outside_numbers}
            onChange={(outside_numbers) => set({ outside_numbers })}
            fault={wrong("outside_numbers")}
          />
        </Stack>
      </Panel>
      <Panel title={t("site.recording")}>
        <Fields>
          <Textarea
            label={t("site.notice")}
            value={value.recording_notice}
            maxLength={500}
            autosize
            minRows={2}
            error={wrong("recording_notice")}
            onChange={(event) => set({ recording_notice: oneLine(event.currentTarget.value) })}
          />
          <Textarea
            label={t("site.noticeZh")}
            value={value.recording_notice_zh}
            maxLength={500}
            autosize
            minRows={2}
            error={wrong("recording_notice_zh")}
            onChange={(event) => set({ recording_notice_zh: oneLine(event.currentTarget.value) })}
          />
          <NumberInput
            label={t("site.pause")}
            description={t("site.pauseMeans")}
            suffix=" s"
            min={5}
            max={600}
            value={value.pause_recording_s}
            onChange={(seconds) =>
              typeof seconds === "number" && set({ pause_recording_s: seconds })
            }
          />
          <NumberInput
            label={t("site.handedOn")}
            description={t("site.handedOnMeans")}
            suffix=" s"
            min={0}
            max={300}
            value={value.handed_on_s}
            onChange={(seconds) => typeof seconds === "number" && set({ handed_on_s: seconds })}
          />
        </Fields>
      </Panel>
      <Panel title={t("site.windows")}>
        <Switch
          label={t("site.ownWindows")}
          checked={windows != null}
          mb={8}
          onChange={(event) =>
            set({
              windows: (event.currentTarget.checked
                ? WINDOWS
                : null) as unknown as SiteSettings["windows"],
            })
          }
        />
        {windows && (
          <Windows
            windows={windows}
            wrong={(field) => wrong(field ? `windows.${field}` : "windows")}
            onChange={(next) => set({ windows: next as unknown as SiteSettings["windows"] })}
          />
        )}
      </Panel>
      <SaveBar draft={draft} save={save} />
    </Stack>
  );
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, " ");

function Target({
  label,
  value,
  suffix,
  onChange,
}: {
  label: string;
  value: number | null | undefined;
  suffix?: string;
  onChange: (value: number | null) => void;
}) {
  const { t } = useTranslation("admin");
  return (
    <NumberInput
      label={label}
      placeholder={t("site.noTarget")}
      value={value ?? ""}
      min={1}
      suffix={suffix}
      onChange={(now) => onChange(typeof now === "number" ? now : null)}
    />
  );
}

function Reasons({
  list,
  onChange,
  fault,
}: {
  list: NotReadyReason[];
  onChange: (list: NotReadyReason[]) => void;
  fault: string | undefined;
}) {
  const { t } = useTranslation("admin");
  const change = (at: number, part: Partial<NotReadyReason>) =>
    onChange(list.map((one, n) => (n === at ? { ...one, ...part } : one)));
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("site.reasons")}
      </Text>
      <Table aria-label={t("site.reasons")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("site.reason")}</Table.Th>
            <Table.Th>{t("site.reasonZh")}</Table.Th>
            <Table.Th w={140}>{t("site.minutes")}</Table.Th>
            <Table.Th w={48} aria-label={t("remove")} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.map((one, n) => (
            <Table.Tr key={one.code}>
              <Table.Td>
                <TextInput
                  aria-label={t("site.reason")}
                  value={one.label}
                  maxLength={64}
                  onChange={(event) => change(n, { label: event.currentTarget.value })}
                />
              </Table.Td>
              <Table.Td>
                <TextInput
                  aria-label={t("site.reasonZh")}
                  value={one.label_zh}
                  maxLength={64}
                  onChange={(event) => change(n, { label_zh: event.currentTarget.value })}
                />
              </Table.Td>
              <Table.Td>
                <NumberInput
                  aria-label={t("site.minutes")}
                  placeholder={t("site.noTarget")}
                  value={one.minutes ?? ""}
                  min={1}
                  max={480}
                  onChange={(now) => change(n, { minutes: typeof now === "number" ? now : null })}
                />
              </Table.Td>
              <Table.Td>
                <ActionIcon
                  variant="subtle"
                  aria-label={t("site.removeReason", { label: one.label })}
                  disabled={list.length === 1}
                  onClick={() => onChange(list.filter((_, at) => at !== n))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {fault && (
        <Text size="sm" c="red" role="alert">
          {fault}
        </Text>
      )}
      <Button
        variant="default"
        mt={4}
        leftSection={<IconPlus size={16} />}
        onClick={() => {
          const label = t("site.newReason");
          onChange([
            ...list,
            {
              code: codeOf(
                label,
                list.map((one) => one.code),
              ),
              label,
              label_zh: "",
              minutes: null,
            },
          ]);
        }}
      >
        {t("site.addReason")}
      </Button>
    </div>
  );
}

function Outside({
  list,
  onChange,
  fault,
}: {
  list: OutsideNumber[];
  onChange: (list: OutsideNumber[]) => void;
  fault: string | undefined;
}) {
  const { t } = useTranslation("admin");
  const change = (at: number, part: Partial<OutsideNumber>) =>
    onChange(list.map((one, n) => (n === at ? { ...one, ...part } : one)));
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("site.outside")}
      </Text>
      <Text size="sm" c="dimmed">
        {t("site.outsideMeans")}
      </Text>
      {list.map((one, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: numbers are edited; the place is the row
        <Group key={n} gap={8} mt={4}>
          <TextInput
            aria-label={t("site.outsideName")}
            placeholder={t("site.outsideName")}
            value={one.name}
            maxLength={64}
            onChange={(event) => change(n, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={t("site.outsideNumber")}
            placeholder="+861012345678"
            value={one.number}
            inputMode="tel"
            onChange={(event) =>
              change(n, { number: event.currentTarget.value.replace(/[^\d+]/g, "") })
            }
          />
          <ActionIcon
            variant="subtle"
            aria-label={t("site.removeOutside", { name: one.name })}
            onClick={() => onChange(list.filter((_, at) => at !== n))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      {fault && (
        <Text size="sm" c="red" role="alert">
          {fault}
        </Text>
      )}
      <Button
        variant="default"
        mt={4}
        leftSection={<IconPlus size={16} />}
        onClick={() => onChange([...list, { name: "", number: "" }])}
      >
        {t("site.addOutside")}
      </Button>
    </div>
  );
}
