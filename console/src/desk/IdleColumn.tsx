import { Stack, Text, Title } from "@mantine/core";
import { IconCalendarOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../parts/EmptyState";
import { clock, moment } from "../parts/time";
import { DayPlot } from "./DayPlot";
import classes from "./desk.module.css";
import type { DeskView } from "./types";

/** Between calls: the appointments to come, and the day so far. */
export function IdleColumn({ desk }: { desk: DeskView }) {
  const { t, i18n } = useTranslation("desk");
  const { today, appointments } = desk;
  return (
    <Stack gap={16}>
      <section className={classes.card}>
        <Title order={2} mb={8}>
          {t("idle.day")}
        </Title>
        <DayPlot hours={today.hours} />
        <dl className={classes.fields} style={{ marginTop: 8 }}>
          <dt>{t("idle.talked")}</dt>
          <dd>{clock(today.talk_seconds)}</dd>
          <dt>{t("idle.wrapped")}</dt>
          <dd>{clock(today.wrap_seconds)}</dd>
          <dt>{t("idle.waited")}</dt>
          <dd>{clock(today.ready_seconds)}</dd>
          <dt>{t("idle.away_time")}</dt>
          <dd>{clock(today.not_ready_seconds)}</dd>
        </dl>
      </section>
      <section className={classes.card}>
        <Title order={2} mb={8}>
          {t("idle.appointments")}
        </Title>
        {appointments.length === 0 ? (
          <EmptyState icon={<IconCalendarOff size={24} />} title={t("idle.noAppointments")}>
            {t("idle.noAppointmentsText")}
          </EmptyState>
        ) : (
          appointments.map((one) => (
            <div key={`${one.lead_id} ${one.at}`} className={classes.row}>
              <Text size="sm" fw={600} w={120}>
                {moment(one.at, i18n.language)}
              </Text>
              <Text size="sm" style={{ flex: 1 }} truncate>
                {one.name}
              </Text>
              <Text size="sm" c="dimmed" truncate maw={160}>
                {one.campaign}
              </Text>
            </div>
          ))
        )}
      </section>
    </Stack>
  );
}
