import { Button, Group, Select, TextInput } from "@mantine/core";
import { IconHeadset, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import { useMay } from "../../api/me";
import type { AddedAgent, AgentView, NewAgent } from "../../api/schema";
import { ConfirmButton } from "../../parts/ConfirmButton";
import { type Column, DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { FaultText } from "../../parts/FaultText";
import { useDraft } from "../../parts/form/draft";
import { faultAt } from "../../parts/form/faults";
import { Fields, Panel } from "../../parts/form/Panel";
import { SaveBar } from "../../parts/form/SaveBar";
import { SecretOnce } from "../../parts/form/SecretOnce";
import { PageHeader } from "../../parts/PageHeader";
import { StatePill } from "../../parts/StatePill";
import { AGENTS, useAgents } from "../api";

type Kind = NewAgent["phone_kind"];
type Ring = NewAgent["mode"];

/** Agents and their phones. */
export function AgentsSection() {
  const { t } = useTranslation("admin");
  const may = useMay();
  const { data, error, refetch } = useAgents();
  const [query, setQuery] = useSearchParams();
  const open = data?.find((one) => one.name === query.get("agent"));
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<AddedAgent | null>(null);
  const choose = (name: string | null) => setQuery(name ? { agent: name } : {}, { replace: true });
  const columns: Column<AgentView>[] = [
    { key: "name", title: t("agents.name"), value: (row) => row.name },
    { key: "display", title: t("agents.displayName"), value: (row) => row.display_name },
    { key: "team", title: t("agents.team"), value: (row) => row.team || "–" },
    { key: "kind", title: t("agents.phone"), value: (row) => t(`agents.kind.${row.phone_kind}`) },
    { key: "mode", title: t("agents.mode"), value: (row) => t(`agents.ring.${row.mode}`) },
    {
      key: "state",
      title: t("agents.state"),
      value: (row) => row.state,
      render: (row) => <StatePill state={row.state} />,
    },
  ];
  return (
    <>
      <PageHeader title={t("agents.title")}>
        {may("edit_agents") && (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => {
              choose(null);
              setMaking(true);
            }}
          >
            {t("agents.new")}
          </Button>
        )}
      </PageHeader>
      {secret && (
        <SecretOnce
          title={t("agents.sipFor", { name: secret.name })}
          items={[
            { label: t("agents.sipUser"), value: secret.phone },
            { label: t("agents.sipSecret"), value: secret.secret },
          ]}
          onClose={() => setSecret(null)}
        />
      )}
      {making && (
        <NewAgentForm
          onMade={(made, kind) => {
            setMaking(false);
            setSecret(kind === "sip" ? made : null);
            choose(made.name);
          }}
          onCancel={() => setMaking(false)}
        />
      )}
      <FaultText fault={error} again={() => void refetch()} />
      {!error && (
        <DataTable
          label={t("agents.title")}
          columns={columns}
          rows={data}
          rowKey={(row) => row.name}
          selected={open?.name}
          onOpen={
            may("edit_agents")
              ? (row) => choose(row.name === open?.name ? null : row.name)
              : undefined
          }
          search={(data?.length ?? 0) > 8}
          empty={
            <EmptyState icon={<IconHeadset size={32} />} title={t("agents.none")}>
              {t("agents.noneNext")}
            </EmptyState>
          }
        />
      )}
      {open && may("edit_agents") && (
        <Opened key={open.name} agent={open} onSecret={setSecret} onClose={() => choose(null)} />
      )}
    </>
  );
}

function useAgain() {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: AGENTS });
}

interface NewProps {
  onMade: (made: AddedAgent, kind: Kind) => void;
  onCancel: () => void;
}

function NewAgentForm({ onMade, onCancel }: NewProps) {
  const { t } = useTranslation("admin");
  const again = useAgain();
  const [value, setValue] = useState<NewAgent>({
    name: "",
    display_name: "",
    team: "",
    mode: "nailed_up",
    phone_kind: "browser",
  });
  const set = (part: Partial<NewAgent>) => setValue((old) => ({ ...old, ...part }));
  const make = useAct(
    () => ok(api.POST("/v1/agents", { body: value })),
    (made) => {
      again();
      onMade(made, value.phone_kind);
    },
  );
  return (
    <div style={{ marginBottom: 12 }}>
      <Panel title={t("agents.new")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            make.act();
          }}
        >
          <Fields>
            <TextInput
              label={t("agents.name")}
              description={t("agents.nameMeans")}
              value={value.name}
              maxLength={31}
              required
              autoFocus
              autoComplete="off"
              error={faultAt(make.fault)("name")}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label={t("agents.displayName")}
              value={value.display_name}
              maxLength={128}
              onChange={(event) => set({ display_name: event.currentTarget.value })}
            />
            <TextInput
              label={t("agents.team")}
              value={value.team}
              maxLength={64}
              onChange={(event) => set({ team: event.currentTarget.value })}
            />
            <Select
              label={t("agents.phone")}
              data={(["browser", "sip"] as const).map((one) => ({
                value: one,
                label: t(`agents.kind.${one}`),
              }))}
              value={value.phone_kind}
              onChange={(kind) => kind && set({ phone_kind: kind as Kind })}
            />
            <Select
              label={t("agents.mode")}
              description={t(`agents.ringMeans.${value.mode}`)}
              data={(["nailed_up", "ringing"] as const).map((one) => ({
                value: one,
                label: t(`agents.ring.${one}`),
              }))}
              value={value.mode}
              onChange={(mode) => mode && set({ mode: mode as Ring })}
            />
          </Fields>
          <Group gap={8} mt={12}>
            <Button type="submit" loading={make.busy} disabled={!value.name}>
              {t("agents.make")}
            </Button>
            <Button variant="default" onClick={onCancel}>
              {t("parts:cancel")}
            </Button>
          </Group>
          <FaultText fault={make.fault} />
        </form>
      </Panel>
    </div>
  );
}

interface OpenedProps {
  agent: AgentView;
  onSecret: (secret: AddedAgent) => void;
  onClose: () => void;
}

function Opened({ agent, onSecret, onClose }: OpenedProps) {
  const { t } = useTranslation("admin");
  const again = useAgain();
  const { display_name, team } = agent;
  const draft = useDraft({ display_name, team, mode: agent.mode as Ring });
  const path = { params: { path: { name: agent.name } } };
  const save = useAct(
    () => ok(api.PATCH("/v1/agents/{name}", { ...path, body: draft.value })),
    again,
  );
  const told = (made: AddedAgent) => {
    again();
    onSecret(made);
  };
  const kind = useAct(
    (wanted: Kind) => ok(api.PUT("/v1/agents/{name}/phone", { ...path, body: { kind: wanted } })),
    (made, wanted) => (wanted === "sip" ? told(made) : again()),
  );
  const secret = useAct(() => ok(api.POST("/v1/agents/{name}/phone/secret", path)), told);
  const remove = useAct(
    () => ok(api.DELETE("/v1/agents/{name}", path)),
    () => {
      again();
      onClose();
    },
  );
  const other: Kind = agent.phone_kind === "sip" ? "browser" : "sip";
  return (
    <div style={{ marginTop: 12 }}>
      <Panel title={agent.name}>
        <Fields>
          <TextInput
            label={t("agents.displayName")}
            value={draft.value.display_name}
            maxLength={128}
            onChange={(event) => draft.set({ display_name: event.currentTarget.value })}
          />
          <TextInput
            label={t("agents.team")}
            value={draft.value.team}
            maxLength={64}
            onChange={(event) => draft.set({ team: event.currentTarget.value })}
          />
          <Select
            label={t("agents.mode")}
            description={t(`agents.ringMeans.${draft.value.mode}`)}
            data={(["nailed_up", "ringing"] as const).map((one) => ({
              value: one,
              label: t(`agents.ring.${one}`),
            }))}
            value={draft.value.mode}
            onChange={(mode) => mode && draft.set({ mode: mode as Ring })}
          />
        </Fields>
        <Group gap={8} mt={12}>
          <ConfirmButton question={t("agents.kindQuestion")} onConfirm={() => kind.act(other)}>
            {t(`agents.change.${other}`)}
          </ConfirmButton>
          {agent.phone_kind === "sip" && (
            <ConfirmButton question={t("agents.secretQuestion")} onConfirm={() => secret.act()}>
              {t("agents.newSecret")}
            </ConfirmButton>
          )}
          <ConfirmButton question={t("agents.removeQuestion")} onConfirm={() => remove.act()}>
            {t("remove")}
          </ConfirmButton>
        </Group>
        <FaultText fault={kind.fault ?? secret.fault ?? remove.fault} />
      </Panel>
      <SaveBar draft={draft} save={save} />
    </div>
  );
}
