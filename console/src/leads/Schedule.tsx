import { Button, Group, Skeleton, Text } from "@mantine/core";
import { IconCalendarOff, IconCalendarPlus, IconCalendarTime } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { Lead } from "../api/schema";
import { ConfirmButton } from "../parts/ConfirmButton";
import { FaultText } from "../parts/FaultText";
import { Panel } from "../parts/form/Panel";
import { moment } from "../parts/time";
import { AppointmentForm } from "./AppointmentForm";
import { useLeadChanged, useSchedule } from "./api";
import classes from "./leads.module.css";

/** When it is called next, by which decision, and what keeps it now: in the service's words. */
export function Schedule({ lead }: { lead: Lead }) {
  const { t } = useTranslation("leads");
  const { data, error, refetch } = useSchedule(lead.id);
  return (
    <Panel title={t("schedule.title")}>
      <FaultText fault={error} again={() => void refetch()} />
      {!data && !error && <Skeleton height={64} />}
      {data && (
        <div data-testid="schedule">
          <p className={classes.words}>
            <strong>{data.when}</strong>
          </p>
          <p className={classes.words}>{data.where}</p>
          {lead.state !== "closed" && data.not_now.length > 0 && (
            <>
              <Text size="sm" c="dimmed">
                {t("schedule.notNow")}
              </Text>
              <ul className={classes.barriers}>
                {data.not_now.map((words) => (
                  <li key={words}>{words}</li>
                ))}
              </ul>
            </>
          )}
          <Promised lead={lead} promised={data.promised_at} agent={data.agent} />
        </div>
      )}
    </Panel>
  );
}

interface PromisedProps {
  lead: Lead;
  promised: string | null;
  agent: string | null;
}

/** The appointment: made, changed, taken back. */
function Promised({ lead, promised, agent }: PromisedProps) {
  const { t, i18n } = useTranslation("leads");
  const may = useMay();
  const changed = useLeadChanged(lead.id);
  const [picking, setPicking] = useState(false);
  const cancel = useAct(
    () =>
      ok(
        api.DELETE("/v1/leads/{lead_id}/appointment", {
          params: { path: { lead_id: lead.id } },
        }),
      ),
    changed,
  );
  const inFlight = lead.state === "in_flight";
  return (
    <div style={{ marginTop: 12 }}>
      {promised && (
        <p className={classes.words} data-testid="promised">
          <IconCalendarTime size={14} aria-hidden="true" />{" "}
          {t("appointment.at", {
            there: moment(promised, i18n.language, new Date(), lead.time_zone),
            here: moment(promised, i18n.language),
            zone: lead.time_zone,
          })}
        </p>
      )}
      {may("edit_leads") && !picking && (
        <Group gap={8}>
          <Button
            variant="default"
            leftSection={<IconCalendarPlus size={16} />}
            onClick={() => setPicking(true)}
            disabled={inFlight}
            title={inFlight ? t("appointment.inFlight") : undefined}
          >
            {t(promised ? "appointment.change" : "appointment.make")}
          </Button>
          {promised && (
            <ConfirmButton
              leftSection={<IconCalendarOff size={16} />}
              loading={cancel.busy}
              question={t("appointment.cancelReally")}
              onConfirm={() => cancel.act()}
            >
              {t("appointment.cancel")}
            </ConfirmButton>
          )}
        </Group>
      )}
      <FaultText fault={cancel.fault} />
      {picking && (
        <AppointmentForm
          lead={lead}
          promised={promised}
          asked={promised && agent}
          onClose={() => setPicking(false)}
          onDone={() => {
            setPicking(false);
            changed();
          }}
        />
      )}
    </div>
  );
}
