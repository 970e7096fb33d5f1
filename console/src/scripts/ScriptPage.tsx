import { Anchor, Button, Group, Select, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { Problem, Script, ScriptContent } from "../api/schema";
import { ConfirmButton } from "../parts/ConfirmButton";
import { FaultText } from "../parts/FaultText";
import { useDraft } from "../parts/form/draft";
import { SaveBar } from "../parts/form/SaveBar";
import { PageHeader } from "../parts/PageHeader";
import { StatePill } from "../parts/StatePill";
import { moment } from "../parts/time";
import { SCRIPTS } from "./api";
import { addStep, moveStep, removeStep, withStep } from "./edit";
import { Rehearsal } from "./Rehearsal";
import { StepEditor } from "./StepEditor";
import classes from "./scripts.module.css";

const scriptKey = (id: number) => ["script", id] as const;

/** One script: its steps at the left, played through at the right, checked all the while. */
export default function ScriptPage() {
  const id = Number(useParams().id);
  const { data, error } = useQuery({
    queryKey: scriptKey(id),
    queryFn: () => ok(api.GET("/v1/scripts/{script_id}", { params: { path: { script_id: id } } })),
  });
  if (error)
    return (
      <div className="page">
        <FaultText fault={error} />
      </div>
    );
  if (!data) return <Skeleton height={320} m={16} aria-busy="true" />;
  return <Editor key={data.id} script={data} />;
}

interface Edited {
  name: string;
  content: ScriptContent;
}

function Editor({ script }: { script: Script }) {
  const { t } = useTranslation("scripts");
  const may = useMay();
  const queries = useQueryClient();
  const { name, first, steps } = script;
  const draft = useDraft<Edited>({ name, content: { first, steps } });
  const { content } = draft.value;
  const readOnly = !may("edit_campaigns");
  const [checked] = useDebouncedValue(content, 300);
  const problems = useQuery({
    queryKey: ["script", "check", checked],
    queryFn: () => ok(api.POST("/v1/scripts/check", { body: { content: checked } })),
    placeholderData: (before) => before,
    enabled: !readOnly,
    retry: false,
  });
  const save = useAct(
    () =>
      ok(
        api.PUT("/v1/scripts/{script_id}", {
          params: { path: { script_id: script.id } },
          body: { ...draft.value, based_on: script.version },
        }),
      ),
    (saved) => {
      queries.setQueryData(scriptKey(saved.id), saved);
      void queries.invalidateQueries({ queryKey: SCRIPTS });
      void queries.invalidateQueries({ queryKey: ["script", saved.id, "versions"] });
    },
  );
  const change = (next: ScriptContent) => draft.set({ content: next });
  const found = problems.data ?? [];
  return (
    <div className="page">
      <PageHeader
        title={script.name}
        beside={<Text c="dimmed">{t("versionOf", { version: script.version })}</Text>}
      >
        <Versions script={script} onTake={(old) => draft.set({ content: old })} />
        {!readOnly && <Remove id={script.id} />}
      </PageHeader>
      <Problems problems={found} />
      <div className={classes.columns}>
        <Stack gap={12}>
          <Group gap={12} align="flex-end">
            <TextInput
              label={t("name")}
              value={draft.value.name}
              maxLength={128}
              readOnly={readOnly}
              w={280}
              onChange={(event) => draft.set({ name: event.currentTarget.value })}
            />
            <Select
              label={t("begins")}
              data={content.steps.map((step) => ({ value: step.id, label: step.title || step.id }))}
              value={content.first}
              readOnly={readOnly}
              onChange={(id) => id && change({ ...content, first: id })}
            />
          </Group>
          {content.steps.map((step, n) => (
            <StepEditor
              key={step.id}
              step={step}
              content={content}
              number={n + 1}
              readOnly={readOnly}
              problems={found.filter((one) => one.step === step.id)}
              onChange={(part) => change(withStep(content, step.id, part))}
              onRemove={() => change(removeStep(content, step.id))}
              onMove={(by) => change(moveStep(content, step.id, by))}
              onAdd={() => change(addStep(content, step.id)[0])}
            />
          ))}
        </Stack>
        <Rehearsal content={checked} />
      </div>
      <SaveBar draft={draft} save={save} />
    </div>
  );
}

function Problems({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation("scripts");
  if (!problems.length) return null;
  return (
    <ul className={classes.problems} aria-label={t("problems")} aria-live="polite">
      {problems.map((one) => (
        <li key={`${one.step} ${one.field} ${one.text}`}>
          <StatePill state={one.severity} word={t(`severity.${one.severity}`)} />
          <Anchor href={`#${one.step}`} size="sm" c="var(--text)">
            {one.text}
          </Anchor>
        </li>
      ))}
    </ul>
  );
}

/** Earlier versions; one of them can be taken up again, as a change to be saved. */
function Versions({ script, onTake }: { script: Script; onTake: (old: ScriptContent) => void }) {
  const { t, i18n } = useTranslation("scripts");
  const path = { script_id: script.id };
  const { data } = useQuery({
    queryKey: ["script", script.id, "versions"],
    queryFn: () => ok(api.GET("/v1/scripts/{script_id}/versions", { params: { path } })),
  });
  const take = useAct(
    (version: number) =>
      ok(api.GET("/v1/scripts/{script_id}", { params: { path, query: { version } } })),
    ({ first, steps }) => onTake({ first, steps }),
  );
  if ((data?.length ?? 0) < 2) return null;
  return (
    <Select
      aria-label={t("versions")}
      placeholder={t("versions")}
      data={(data ?? []).map((one) => ({
        value: String(one.version),
        label: t("versionLine", {
          version: one.version,
          when: moment(one.made_at, i18n.language),
          by: one.made_by || "–",
        }),
      }))}
      value={null}
      onChange={(version) => version && take.act(Number(version))}
      w={260}
    />
  );
}

function Remove({ id }: { id: number }) {
  const { t } = useTranslation("scripts");
  const go = useNavigate();
  const queries = useQueryClient();
  const remove = useAct(
    () => ok(api.DELETE("/v1/scripts/{script_id}", { params: { path: { script_id: id } } })),
    () => {
      void queries.invalidateQueries({ queryKey: SCRIPTS });
      void go("/scripts");
    },
  );
  return (
    <>
      <FaultText fault={remove.fault} />
      <Button component={Link} to="/scripts" variant="default">
        {t("all")}
      </Button>
      <ConfirmButton question={t("removeQuestion")} onConfirm={() => remove.act()}>
        {t("remove")}
      </ConfirmButton>
    </>
  );
}
