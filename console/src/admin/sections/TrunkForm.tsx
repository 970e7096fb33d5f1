import {
  Button,
  Group,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  Switch,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import type { NewTrunk, TrunkView } from "../../api/schema";
import { FaultText } from "../../parts/FaultText";
import { useGuard } from "../../parts/form/draft";
import { faultAt } from "../../parts/form/faults";
import { Fields, Panel } from "../../parts/form/Panel";
import { TRUNKS } from "../api";

const CODECS = ["alaw", "ulaw", "g722", "gsm", "opus"];

const BLANK: NewTrunk = {
  name: "",
  host: "",
  port: 5060,
  transport: "udp",
  registers: false,
  username: "",
  secret: "",
  codecs: ["alaw", "ulaw"],
  caller_ids: [],
  max_channels: null,
  watched: true,
  enabled: true,
};

interface Props {
  /** Unset: a new one. */
  trunk?: TrunkView;
  onDone: (name: string) => void;
  onCancel: () => void;
}

function given(trunk: TrunkView | undefined): NewTrunk {
  if (!trunk) return BLANK;
  const kept = Object.keys(BLANK).filter((key) => key !== "secret") as (keyof TrunkView)[];
  return { ...BLANK, ...Object.fromEntries(kept.map((key) => [key, trunk[key]])) };
}

/** A trunk's fields; the secret is taken and never shown. */
export function TrunkForm({ trunk, onDone, onCancel }: Props) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [value, setValue] = useState<NewTrunk>(() => given(trunk));
  const [touched, setTouched] = useState(false);
  const set = (part: Partial<NewTrunk>) => {
    setTouched(true);
    setValue((old) => ({ ...old, ...part }));
  };
  const save = useAct(
    () => {
      if (!trunk) return ok(api.POST("/v1/trunks", { body: value }));
      const { name, ...body } = value;
      return ok(api.PUT("/v1/trunks/{name}", { params: { path: { name } }, body }));
    },
    (saved) => {
      setTouched(false);
      setValue((old) => ({ ...old, secret: "" }));
      void queries.invalidateQueries({ queryKey: TRUNKS });
      onDone(saved.name);
    },
  );
  const guard = useGuard(touched);
  const wrong = faultAt(save.fault);
  const shown = (
    ["name", "host", "port", "username", "secret", "codecs", "transport", "caller_ids"] as const
  ).some((field) => wrong(field));
  return (
    <div style={{ marginTop: trunk ? 0 : 12 }}>
      <Panel title={trunk ? t("trunks.change") : t("trunks.new")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.act();
          }}
        >
          <Fields>
            {!trunk && (
              <TextInput
                label={t("trunks.name")}
                description={t("trunks.nameMeans")}
                value={value.name}
                maxLength={32}
                required
                autoFocus
                error={wrong("name")}
                onChange={(event) => set({ name: event.currentTarget.value })}
              />
            )}
            <TextInput
              label={t("trunks.host")}
              description={t("trunks.hostMeans")}
              value={value.host}
              maxLength={253}
              required
              error={wrong("host")}
              onChange={(event) => set({ host: event.currentTarget.value.trim() })}
            />
            <Select
              label={t("trunks.transport")}
              description={t("trunks.transportMeans")}
              data={["udp", "tcp", "tls"].map((one) => ({ value: one, label: one.toUpperCase() }))}
              value={value.transport}
              error={wrong("transport")}
              onChange={(transport) =>
                transport &&
                set({
                  transport: transport as NewTrunk["transport"],
                  port: transport === "tls" && value.port === 5060 ? 5061 : value.port,
                })
              }
            />
            <NumberInput
              label={t("trunks.port")}
              description={t("trunks.portMeans")}
              value={value.port}
              min={1}
              max={65535}
              hideControls
              error={wrong("port")}
              onChange={(port) => typeof port === "number" && set({ port })}
            />
            <TextInput
              label={t("trunks.username")}
              value={value.username}
              maxLength={64}
              autoComplete="off"
              error={wrong("username")}
              onChange={(event) => set({ username: event.currentTarget.value.trim() })}
            />
            <PasswordInput
              label={t("trunks.secret")}
              placeholder={trunk?.has_secret ? t("trunks.secretKept") : ""}
              value={value.secret}
              maxLength={128}
              autoComplete="new-password"
              error={wrong("secret")}
              onChange={(event) => set({ secret: event.currentTarget.value })}
            />
            <MultiSelect
              label={t("trunks.codecs")}
              data={CODECS}
              value={value.codecs}
              error={wrong("codecs")}
              onChange={(codecs) => set({ codecs: codecs as NewTrunk["codecs"] })}
            />
            <NumberInput
              label={t("trunks.maxChannels")}
              placeholder={t("trunks.noLimit")}
              value={value.max_channels ?? ""}
              min={1}
              max={10000}
              onChange={(most) => set({ max_channels: typeof most === "number" ? most : null })}
            />
            <TagsInput
              size="xs"
              label={t("trunks.callerIds")}
              description={t("trunks.callerIdsMeans")}
              placeholder={value.caller_ids.length ? "" : "+861012345678"}
              value={value.caller_ids}
              error={wrong("caller_ids")}
              acceptValueOnBlur
              splitChars={[",", " ", ";"]}
              onChange={(caller_ids) =>
                set({ caller_ids: caller_ids.map((one) => one.replace(/[^\d+]/g, "")) })
              }
            />
          </Fields>
          <Group gap={24} mt={12}>
            <Switch
              label={t("trunks.registers")}
              checked={value.registers}
              onChange={(event) => set({ registers: event.currentTarget.checked })}
            />
            <Switch
              label={t("trunks.watched")}
              checked={value.watched}
              onChange={(event) => set({ watched: event.currentTarget.checked })}
            />
            <Switch
              label={t("trunks.enabled")}
              checked={value.enabled}
              onChange={(event) => set({ enabled: event.currentTarget.checked })}
            />
          </Group>
          <Group gap={8} mt={12}>
            <Button
              type="submit"
              loading={save.busy}
              disabled={!value.host || (!trunk && !value.name)}
            >
              {t("parts:save")}
            </Button>
            <Button variant="default" onClick={onCancel}>
              {t("parts:cancel")}
            </Button>
            {guard.state === "blocked" && (
              <Button color="red" variant="default" onClick={() => guard.proceed()}>
                {t("parts:leaveAnyway")}
              </Button>
            )}
          </Group>
          {save.fault && !shown && <FaultText fault={save.fault} />}
        </form>
      </Panel>
    </div>
  );
}
