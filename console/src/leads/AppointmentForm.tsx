import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import type { Lead } from "../api/schema";
import { momentThere, quick, wallClock } from "../desk/zone";
import { serverNow } from "../live";
import { FaultText } from "../parts/FaultText";
import { moment } from "../parts/time";
import { useAgentNames } from "./api";

interface Props {
  lead: Lead;
  promised: string | null;
  /** The agent who is asked first now. */
  asked: string | null;
  onClose: () => void;
  onDone: () => void;
}

/** A time to be promised, on the lead's own clock; when it would be dialled is told at once. */
export function AppointmentForm({ lead, promised, asked, onClose, onDone }: Props) {
  const { t, i18n } = useTranslation("leads");
  const zone = lead.time_zone;
  const [now] = useState(() => new Date(serverNow()));
  const [wish, setWish] = useState(() =>
    wallClock(promised ? new Date(promised) : quick(now, zone, { days: 1, at: "10:00" }), zone),
  );
  const [agent, setAgent] = useState(asked);
  const agents = useAgentNames();
  const at = momentThere(wish.date, wish.time, zone);
  const past = at !== null && at.getTime() <= serverNow();
  const path = { path: { lead_id: lead.id } };
  const possible = useQuery({
    queryKey: ["lead", lead.id, "possible", at?.toISOString()],
    queryFn: () =>
      ok(
        api.GET("/v1/leads/{lead_id}/appointment", {
          params: { ...path, query: { at: at?.toISOString() ?? "" } },
        }),
      ),
    enabled: at !== null && !past,
    retry: false,
  });
  const promise = useAct(
    () =>
      ok(
        api.PUT("/v1/leads/{lead_id}/appointment", {
          params: path,
          body: { at: at?.toISOString() ?? "", agent },
        }),
      ),
    onDone,
  );
  const there = (iso: string) => moment(iso, i18n.language, now, zone);
  return (
    <form
      data-testid="appointment-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (at && !past) promise.act();
      }}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <Stack gap={8}>
        <Group gap={8} align="flex-end">
          <TextInput
            type="date"
            label={t("appointment.date")}
            value={wish.date}
            onChange={(event) => setWish({ ...wish, date: event.currentTarget.value })}
            autoFocus
          />
          <TextInput
            type="time"
            label={t("appointment.time")}
            value={wish.time}
            onChange={(event) => setWish({ ...wish, time: event.currentTarget.value })}
          />
          {agents.data && (
            <Select
              label={t("appointment.agent")}
              placeholder={t("appointment.anyAgent")}
              data={agents.data.map((one) => ({
                value: one.name,
                label: one.display_name ? `${one.display_name} (${one.name})` : one.name,
              }))}
              value={agent}
              onChange={setAgent}
              searchable
              clearable
              nothingFoundMessage={t("parts:nothingFound")}
              w={200}
            />
          )}
        </Group>
        {at && (
          <Text size="sm" c="dimmed">
            {t("appointment.yours", { at: moment(at.toISOString(), i18n.language, now), zone })}
          </Text>
        )}
        {past && (
          <Text size="sm" c="var(--bad)" role="alert">
            {t("appointment.past")}
          </Text>
        )}
        {possible.data?.moved && (
          <Text size="sm" c="var(--warn)" role="status">
            {t("appointment.moved", { at: there(possible.data.due_at) })}
          </Text>
        )}
        <FaultText fault={promise.fault ?? possible.error} />
        <Group gap={8}>
          <Button type="submit" loading={promise.busy} disabled={!at || past}>
            {t("appointment.promise")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t("parts:cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
