import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../live";
import { FaultText } from "../parts/FaultText";
import { moment } from "../parts/time";
import { possible } from "./acts";
import classes from "./desk.module.css";
import { momentThere, quick, wallClock } from "./zone";

interface Props {
  /** Where the person lives. */
  zone: string;
  busy: boolean;
  onPick: (at: Date) => void;
  onBack: () => void;
}

const HOME = Intl.DateTimeFormat().resolvedOptions().timeZone;
const QUICK = [
  { key: "hour", days: 0, at: null },
  { key: "tomorrowMorning", days: 1, at: "10:00" },
  { key: "tomorrowAfternoon", days: 1, at: "15:00" },
  { key: "nextWeek", days: 7, at: "10:00" },
] as const;

/** When to call again: chosen on the person's own clock, the agent's shown beside it. */
export function AppointmentPicker({ zone, busy, onPick, onBack }: Props) {
  const { t, i18n } = useTranslation("desk");
  const now = new Date(serverNow());
  const [wish, setWish] = useState(() =>
    wallClock(quick(now, zone, { days: 1, at: "10:00" }), zone),
  );
  const at = momentThere(wish.date, wish.time, zone);
  const past = at !== null && at.getTime() <= serverNow();
  const set = (moment: Date) => setWish(wallClock(moment, zone));
  const { data, error } = useQuery({
    queryKey: ["desk", "possible", at?.toISOString()],
    queryFn: () => possible(at as Date),
    enabled: at !== null && !past,
  });
  return (
    <form
      className={classes.card}
      data-testid="appointment"
      onSubmit={(event) => {
        event.preventDefault();
        if (at && !past) onPick(at);
      }}
      onKeyDown={(event) => event.key === "Escape" && onBack()}
    >
      <Stack gap={8}>
        <Text fw={600} size="sm">
          {t("appointment.title")}
        </Text>
        <Group gap={4}>
          {QUICK.map(({ key, days, at: time }) => (
            <Button
              key={key}
              variant="light"
              size="compact-xs"
              onClick={() => set(time ? quick(now, zone, { days, at: time }) : inAnHour(now))}
            >
              {t(`appointment.${key}`)}
            </Button>
          ))}
        </Group>
        <Group gap={8} grow>
          <TextInput
            type="date"
            autoFocus
            label={t("appointment.date")}
            value={wish.date}
            onChange={(event) => setWish({ ...wish, date: event.currentTarget.value })}
          />
          <TextInput
            type="time"
            label={t("appointment.time")}
            value={wish.time}
            onChange={(event) => setWish({ ...wish, time: event.currentTarget.value })}
          />
        </Group>
        <dl className={classes.fields}>
          <dt>{t("appointment.theirs")}</dt>
          <dd data-testid="their-time">
            {at ? moment(at.toISOString(), i18n.language, now, zone) : "–"} ({zone})
          </dd>
          <dt>{t("appointment.yours")}</dt>
          <dd data-testid="own-time">
            {at ? moment(at.toISOString(), i18n.language, now) : "–"} ({HOME})
          </dd>
        </dl>
        {past && (
          <Text size="sm" c="var(--bad)" role="alert">
            {t("appointment.past")}
          </Text>
        )}
        {data?.moved && (
          <Text size="sm" className={classes.banner}>
            {t("appointment.moved", { at: moment(data.due_at, i18n.language, now, zone) })}
          </Text>
        )}
        <FaultText fault={error} />
        <Group gap={8} justify="space-between">
          <Button variant="default" onClick={onBack}>
            {t("appointment.back")}
          </Button>
          <Button type="submit" loading={busy} disabled={!at || past} data-testid="promise">
            {t("appointment.promise")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** In an hour, at a full quarter. */
function inAnHour(now: Date): Date {
  const quarter = 15 * 60_000;
  return new Date(Math.ceil((now.getTime() + 3_600_000) / quarter) * quarter);
}
