import { Button, Group, NumberInput, Select, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { Cap, FrequencyCaps } from "../api/schema";
import { useClientNames } from "../campaigns/api";
import { FaultText } from "../parts/FaultText";
import { Fields, Panel } from "../parts/form/Panel";
import { offerUndo } from "../parts/form/undo";
import { PageHeader } from "../parts/PageHeader";
import { moment } from "../parts/time";
import { changed, inWords, NONE, SPANS } from "./caps";

const CAPS = ["caps"] as const;
/** The service itself, among the clients. */
const HOUSE = 0;

/** How often a number may be dialled: for the whole house, and for single clients. */
export function CapsSection() {
  const { t } = useTranslation("compliance");
  const may = useMay();
  const clients = useClientNames();
  const { data, error, refetch } = useQuery({
    queryKey: CAPS,
    queryFn: () => ok(api.GET("/v1/caps")),
  });
  const [added, setAdded] = useState<number | null>(null);
  const set = new Set(data?.map((cap) => cap.client_id));
  const shown = [HOUSE, ...[...set].filter((id) => id !== HOUSE)];
  if (added !== null && !set.has(added)) shown.push(added);
  const others = [...clients].filter(([id]) => !shown.includes(id));
  return (
    <>
      <PageHeader title={t("caps.title")} />
      <Text size="sm" c="dimmed" mb={12} maw={720}>
        {t("caps.means")}
      </Text>
      <FaultText fault={error} again={() => void refetch()} />
      {data && (
        <div style={{ display: "grid", gap: 12 }}>
          {shown.map((id) => (
            <CapsOf
              key={id}
              client={id}
              name={id === HOUSE ? t("caps.house") : (clients.get(id) ?? t("client", { id }))}
              now={data.find((cap) => cap.client_id === id)}
            />
          ))}
          {may("edit_site") && others.length > 0 && (
            <Select
              aria-label={t("caps.add")}
              placeholder={t("caps.add")}
              leftSection={<IconPlus size={16} />}
              data={others.map(([id, name]) => ({ value: String(id), label: name }))}
              value={null}
              onChange={(id) => id && setAdded(Number(id))}
              searchable
              w={320}
            />
          )}
        </div>
      )}
    </>
  );
}

interface Props {
  client: number;
  name: string;
  now: Cap | undefined;
}

function CapsOf({ client, name, now }: Props) {
  const { t, i18n } = useTranslation("compliance");
  const may = useMay();
  const queries = useQueryClient();
  const kept = now?.caps ?? NONE;
  const [draft, setDraft] = useState<FrequencyCaps>(kept);
  const put = (caps: FrequencyCaps) =>
    ok(api.PUT("/v1/caps", { body: { client_id: client, caps, by: "" } }));
  const took = (all: Cap[]) => queries.setQueryData(CAPS, all);
  const save = useAct(
    () => put(draft),
    (all) => {
      took(all);
      offerUndo(t("caps.saved", { name }), () => {
        setDraft(kept);
        void put(kept).then(took);
      });
    },
  );
  const words = inWords(kept).map(([span, most]) => t(`caps.words.${span}`, { count: most }));
  return (
    <Panel title={name}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.act();
        }}
        aria-label={name}
      >
        <Text size="sm" mb={8}>
          {words.length ? words.join(t("caps.and")) : t("caps.none")}
        </Text>
        {may("edit_site") && (
          <>
            <Fields>
              {SPANS.map((span) => (
                <NumberInput
                  key={span}
                  label={t(`caps.${span}`)}
                  placeholder={t("caps.any")}
                  min={1}
                  max={1000}
                  allowDecimal={false}
                  value={draft[span] ?? ""}
                  onChange={(value) =>
                    setDraft({ ...draft, [span]: typeof value === "number" ? value : null })
                  }
                />
              ))}
            </Fields>
            <Group gap={12} mt={12}>
              <Button type="submit" loading={save.busy} disabled={!changed(kept, draft)}>
                {t("parts:save")}
              </Button>
              {now && (
                <Text size="sm" c="dimmed">
                  {t("caps.changed", {
                    by: now.changed_by || "–",
                    at: moment(now.changed_at, i18n.language),
                  })}
                </Text>
              )}
            </Group>
          </>
        )}
        <FaultText fault={save.fault} />
      </form>
    </Panel>
  );
}
