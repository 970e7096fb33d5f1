import { Group, Select, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Outcome, RuleChange } from "../../api/schema";
import { FaultText } from "../../parts/FaultText";
import type { Section } from "../CampaignPage";
import classes from "../campaigns.module.css";

const OUTCOMES: readonly Outcome[] = [
  "no_answer",
  "busy",
  "powered_off",
  "machine",
  "rejected",
  "unreachable",
  "congestion",
  "abandoned",
];

/** One invented lead's next seven days, as the rules on this page would have them. */
export function LeadWeek({ campaign, edited }: Section) {
  const { t, i18n } = useTranslation("campaigns");
  const [outcome, setOutcome] = useState<Outcome>("no_answer");
  const [settings] = useDebouncedValue(edited.settings, 300);
  const body = {
    campaign_id: campaign.id,
    rules: {
      windows: settings.windows,
      retry: settings.retry,
      dispositions: settings.dispositions,
    } as RuleChange,
    numbers: 1,
    says: [{ outcome }],
    days: 7,
  };
  const { data, error } = useQuery({
    queryKey: ["rules", "week", body],
    queryFn: () => ok(api.POST("/v1/rules/week", { body })),
    placeholderData: (before) => before,
    retry: false,
  });
  const weekday = (date: string) =>
    new Date(`${date}T12:00:00`).toLocaleDateString(i18n.language === "zh" ? "zh-CN" : "en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
    });
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Title order={3}>{t("leadWeek")}</Title>
        <Select
          aria-label={t("suppose")}
          data={OUTCOMES.map((value) => ({ value, label: t(`suppose_.${value}`) }))}
          value={outcome}
          onChange={(value) => value && setOutcome(value as Outcome)}
          w={220}
        />
      </Group>
      <FaultText fault={error} />
      {data && !error && (
        <>
          <div className={classes.calendar}>
            {data.days.map((day) => (
              <div
                key={day.date}
                className={classes.day}
                data-closed={day.windows.length === 0 || undefined}
              >
                <Text size="xs" fw={600}>
                  {weekday(day.date)}
                </Text>
                <Text size="xs" c="dimmed">
                  {day.holiday || day.windows.join(", ") || t("closed")}
                </Text>
                <ul>
                  {data.dials
                    .filter((dial) => dial.local.startsWith(day.date))
                    .map((dial) => (
                      <li key={dial.at}>{dial.local.slice(11)}</li>
                    ))}
                </ul>
              </div>
            ))}
          </div>
          <Text size="sm" c="dimmed" mt={4}>
            {t("leadWeekMeans", { count: data.dials.length, zone: data.time_zone })}{" "}
            {data.closed ? t("thenClosed") : t("goesOn")}
          </Text>
        </>
      )}
    </div>
  );
}
