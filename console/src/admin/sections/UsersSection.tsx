import { Button, Group, Select, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import { useMe } from "../../api/me";
import type { Link, NewUser, Role, UserChange, UserView } from "../../api/schema";
import { useClientNames } from "../../campaigns/api";
import { ConfirmButton } from "../../parts/ConfirmButton";
import { type Column, DataTable } from "../../parts/DataTable";
import { FaultText } from "../../parts/FaultText";
import { useDraft } from "../../parts/form/draft";
import { faultAt } from "../../parts/form/faults";
import { Fields, Panel } from "../../parts/form/Panel";
import { SaveBar } from "../../parts/form/SaveBar";
import { SecretOnce } from "../../parts/form/SecretOnce";
import { PageHeader } from "../../parts/PageHeader";
import { StatePill } from "../../parts/StatePill";
import { moment } from "../../parts/time";
import { USERS, useAgents, useUsers } from "../api";
import { ROLES, stateOf } from "../users";

/** Everybody who may sign in, and what as. */
export function UsersSection() {
  const { t, i18n } = useTranslation("admin");
  const { data, error, refetch } = useUsers();
  const [query, setQuery] = useSearchParams();
  const open = data?.find((one) => one.name === query.get("user"));
  const [making, setMaking] = useState(false);
  const [link, setLink] = useState<Link | null>(null);
  const choose = (name: string | null) => setQuery(name ? { user: name } : {}, { replace: true });
  const columns: Column<UserView>[] = [
    { key: "name", title: t("users.name"), value: (row) => row.name },
    { key: "display", title: t("users.displayName"), value: (row) => row.display_name },
    { key: "role", title: t("users.role"), value: (row) => t(`role.${row.role}`) },
    { key: "agent", title: t("users.agent"), value: (row) => row.agent },
    {
      key: "state",
      title: t("users.state"),
      value: (row) => stateOf(row),
      render: (row) => {
        const state = stateOf(row);
        return (
          <StatePill
            state={state === "active" ? "ok" : state === "invited" ? "connecting" : "error"}
            word={t(`users.states.${state}`)}
          />
        );
      },
    },
    {
      key: "seen",
      title: t("users.seen"),
      value: (row) => row.last_seen_at,
      render: (row) => (row.last_seen_at ? moment(row.last_seen_at, i18n.language) : "–"),
    },
  ];
  return (
    <>
      <PageHeader title={t("users.title")}>
        <Button
          leftSection={<IconPlus size={16} />}
          onClick={() => {
            choose(null);
            setMaking(true);
          }}
        >
          {t("users.new")}
        </Button>
      </PageHeader>
      {link && (
        <SecretOnce
          title={t("users.linkFor", { name: link.name, until: moment(link.until, i18n.language) })}
          items={[{ label: t("users.link"), value: link.url }]}
          onClose={() => setLink(null)}
        />
      )}
      {making && (
        <NewUserForm
          onMade={(made) => {
            setMaking(false);
            setLink(made);
            choose(made.name);
          }}
          onCancel={() => setMaking(false)}
        />
      )}
      <FaultText fault={error} again={() => void refetch()} />
      {!error && (
        <DataTable
          label={t("users.title")}
          columns={columns}
          rows={data}
          rowKey={(row) => row.name}
          selected={open?.name}
          onOpen={(row) => choose(row.name === open?.name ? null : row.name)}
          search={(data?.length ?? 0) > 8}
          empty={null}
        />
      )}
      {open && <Opened key={open.name} user={open} onLink={setLink} onClose={() => choose(null)} />}
    </>
  );
}

function useAgain() {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: USERS });
}

/** The fields that a user has besides the name. */
function Who({
  value,
  set,
  wrong,
}: {
  value: Pick<NewUser, "display_name" | "role" | "agent" | "team" | "client_id">;
  set: (part: Partial<NewUser>) => void;
  wrong: (field: string) => string | undefined;
}) {
  const { t } = useTranslation("admin");
  const agents = useAgents().data ?? [];
  const clients = useClientNames();
  const team = value.role === "team_leader";
  const desk = value.role === "agent" || team;
  return (
    <>
      <TextInput
        label={t("users.displayName")}
        value={value.display_name}
        maxLength={128}
        error={wrong("display_name")}
        onChange={(event) => set({ display_name: event.currentTarget.value })}
      />
      <Select
        label={t("users.role")}
        description={t(`roleMeans.${value.role}`)}
        data={ROLES.map((one) => ({ value: one, label: t(`role.${one}`) }))}
        value={value.role}
        error={wrong("role")}
        onChange={(role) => role && set({ role: role as Role })}
      />
      {desk && (
        <Select
          label={t("users.agent")}
          description={t("users.agentMeans")}
          data={agents.map((one) => ({ value: one.name, label: one.display_name }))}
          value={value.agent ?? null}
          clearable
          allowDeselect
          error={wrong("agent")}
          onChange={(agent) => set({ agent })}
        />
      )}
      {team && (
        <TextInput
          label={t("users.team")}
          value={value.team ?? ""}
          maxLength={64}
          error={wrong("team")}
          onChange={(event) => set({ team: event.currentTarget.value || null })}
        />
      )}
      {value.role === "client_observer" && (
        <Select
          label={t("users.client")}
          data={[...clients].map(([id, label]) => ({ value: String(id), label }))}
          value={value.client_id ? String(value.client_id) : null}
          error={wrong("client_id")}
          onChange={(id) => set({ client_id: id ? Number(id) : null })}
        />
      )}
    </>
  );
}

function NewUserForm({ onMade, onCancel }: { onMade: (link: Link) => void; onCancel: () => void }) {
  const { t } = useTranslation("admin");
  const again = useAgain();
  const [value, setValue] = useState<NewUser>({
    name: "",
    display_name: "",
    role: "agent",
    language: "",
  });
  const set = (part: Partial<NewUser>) => setValue((old) => ({ ...old, ...part }));
  const make = useAct(
    async () => {
      const made = await ok(api.POST("/v1/users", { body: value }));
      const path = { params: { path: { name: made.name } } };
      return ok(api.POST("/v1/users/{name}/link", path));
    },
    (link) => {
      again();
      onMade(link);
    },
  );
  const wrong = faultAt(make.fault);
  return (
    <div style={{ marginBottom: 12 }}>
      <Panel title={t("users.new")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            make.act();
          }}
        >
          <Fields>
            <TextInput
              label={t("users.name")}
              description={t("users.nameMeans")}
              value={value.name}
              maxLength={64}
              required
              autoFocus
              autoComplete="off"
              error={wrong("name")}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Who value={value} set={set} wrong={wrong} />
          </Fields>
          <Group gap={8} mt={12}>
            <Button type="submit" loading={make.busy} disabled={!value.name.trim()}>
              {t("users.make")}
            </Button>
            <Button variant="default" onClick={onCancel}>
              {t("parts:cancel")}
            </Button>
          </Group>
          {make.fault && !wrong("name") && <FaultText fault={make.fault} />}
        </form>
      </Panel>
    </div>
  );
}

interface OpenedProps {
  user: UserView;
  onLink: (link: Link) => void;
  onClose: () => void;
}

function Opened({ user, onLink, onClose }: OpenedProps) {
  const { t } = useTranslation("admin");
  const again = useAgain();
  const self = useMe().name === user.name;
  const { display_name, role, agent, team, client_id } = user;
  const draft = useDraft({ display_name, role, agent, team, client_id });
  const path = { params: { path: { name: user.name } } };
  const patch = (body: Partial<UserChange>) =>
    // What is left out stays; the types ask for all of it.
    ok(api.PATCH("/v1/users/{name}", { ...path, body: body as UserChange }));
  const save = useAct(() => patch(draft.value), again);
  const able = useAct((disabled: boolean) => patch({ disabled }), again);
  const link = useAct(
    () => ok(api.POST("/v1/users/{name}/link", path)),
    (made) => {
      onLink(made);
      again();
    },
  );
  const unlock = useAct(() => ok(api.POST("/v1/users/{name}/unlock", path)), again);
  const totp = useAct(() => ok(api.DELETE("/v1/users/{name}/totp", path)), again);
  const out = useAct(() => ok(api.DELETE("/v1/users/{name}/sessions", path)), again);
  const remove = useAct(
    () => ok(api.DELETE("/v1/users/{name}", path)),
    () => {
      again();
      onClose();
    },
  );
  const fault = [able, link, unlock, totp, out, remove].find((one) => one.fault)?.fault;
  return (
    <div style={{ marginTop: 12 }}>
      <Panel title={user.name}>
        <Fields>
          <Who value={draft.value} set={draft.set} wrong={faultAt(save.fault)} />
        </Fields>
        <Group gap={8} mt={12}>
          <Button variant="default" loading={link.busy} onClick={() => link.act()}>
            {t("users.newLink")}
          </Button>
          {user.locked_seconds > 0 && (
            <Button variant="default" loading={unlock.busy} onClick={() => unlock.act()}>
              {t("users.unlock")}
            </Button>
          )}
          {user.totp && (
            <ConfirmButton question={t("users.totpQuestion")} onConfirm={() => totp.act()}>
              {t("users.resetTotp")}
            </ConfirmButton>
          )}
          {user.sessions > 0 && (
            <ConfirmButton onConfirm={() => out.act()}>
              {t("users.signOut", { count: user.sessions })}
            </ConfirmButton>
          )}
          {!self &&
            (user.disabled ? (
              <Button variant="default" loading={able.busy} onClick={() => able.act(false)}>
                {t("users.enable")}
              </Button>
            ) : (
              <ConfirmButton question={t("users.disableQuestion")} onConfirm={() => able.act(true)}>
                {t("users.disable")}
              </ConfirmButton>
            ))}
          {!self && (
            <ConfirmButton question={t("users.removeQuestion")} onConfirm={() => remove.act()}>
              {t("remove")}
            </ConfirmButton>
          )}
        </Group>
        <FaultText fault={fault} />
      </Panel>
      <SaveBar draft={draft} save={save} />
    </div>
  );
}
