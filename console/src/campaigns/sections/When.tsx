import { ActionIcon, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallingWindows } from "../../api/schema";
import { Panel } from "../../parts/form/Panel";
import type { Section } from "../CampaignPage";
import { WeekGrid } from "../WeekGrid";
import { readSpans, writeSpans } from "../week";
import { LeadWeek } from "./LeadWeek";
import { Rules } from "./Rules";

/** When it calls: hours of the week, holidays, particular days; and when again. */
export function When(section: Section) {
  const { edited, set, readOnly, wrong } = section;
  const { t } = useTranslation("campaigns");
  return (
    <Panel id="when" title={t("question.when")}>
      <Stack gap={16}>
        <Windows
          windows={edited.settings.windows}
          onChange={(windows) => set({ windows })}
          readOnly={readOnly}
          wrong={(field) =>
            wrong(`windows.${field}`) ?? (field === "" ? wrong("windows") : undefined)
          }
        />
        <Rules {...section} />
        <LeadWeek {...section} />
      </Stack>
    </Panel>
  );
}

interface WindowsProps {
  windows: CallingWindows;
  onChange: (windows: CallingWindows) => void;
  readOnly?: boolean;
  wrong: (field: string) => string | undefined;
}

/** The calling week with holidays and particular days; also of the site. */
export function Windows({ windows, onChange, readOnly, wrong }: WindowsProps) {
  const { t } = useTranslation("campaigns");
  const change = (part: Partial<CallingWindows>) => onChange({ ...windows, ...part });
  const holidays = windows.holidays ?? null;
  return (
    <Stack gap={12}>
      <Text size="sm" c="dimmed">
        {t("whenMeans")}
      </Text>
      <WeekGrid week={windows} onChange={change} readOnly={readOnly} wrong={wrong} />
      {wrong("") && (
        <Text size="sm" c="red" role="alert">
          {wrong("")}
        </Text>
      )}
      <Group gap={12} align="flex-start">
        <TextInput
          label={t("holidayCountry")}
          description={t("holidayMeans")}
          value={holidays?.country ?? ""}
          placeholder={t("holidayNone")}
          maxLength={2}
          w={260}
          readOnly={readOnly}
          error={wrong("holidays")}
          onChange={(event) => {
            const country = event.currentTarget.value.trim().toUpperCase();
            change({
              holidays: country ? { ...holidays, country, times: holidays?.times ?? [] } : null,
            });
          }}
        />
        {holidays && (
          <TextInput
            label={t("holidayPart")}
            description={t("holidayPartMeans")}
            value={holidays.subdivision ?? ""}
            w={220}
            readOnly={readOnly}
            onChange={(event) =>
              change({
                holidays: { ...holidays, subdivision: event.currentTarget.value.trim() || null },
              })
            }
          />
        )}
      </Group>
      <Dates
        dates={windows.dates ?? {}}
        onChange={(dates) => change({ dates })}
        readOnly={readOnly}
      />
      {windows.regions.length > 0 && (
        <Text size="sm" c="dimmed">
          {t("regions", { count: windows.regions.length })}
        </Text>
      )}
    </Stack>
  );
}

type DayTimes = Record<string, string[]>;

function Dates({
  dates,
  onChange,
  readOnly,
}: {
  dates: DayTimes;
  onChange: (dates: DayTimes) => void;
  readOnly?: boolean;
}) {
  const { t } = useTranslation("campaigns");
  const [day, setDay] = useState("");
  const [times, setTimes] = useState("");
  const spans = readSpans(times);
  return (
    <div>
      <Title order={3}>{t("dates")}</Title>
      {Object.entries(dates)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([date, spans]) => (
          <Group key={date} gap={8}>
            <Text size="sm" w={96}>
              {date}
            </Text>
            <Text size="sm">{spans.join(", ") || t("closed")}</Text>
            {!readOnly && (
              <ActionIcon
                variant="subtle"
                aria-label={t("removeDate", { date })}
                onClick={() =>
                  onChange(
                    Object.fromEntries(Object.entries(dates).filter(([key]) => key !== date)),
                  )
                }
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
      {!readOnly && (
        <Group gap={8} align="flex-end" mt={4}>
          <TextInput
            type="date"
            label={t("date")}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <TextInput
            label={t("times")}
            placeholder={t("closed")}
            value={times}
            error={spans === null ? t("badTimes") : undefined}
            onChange={(event) => setTimes(event.currentTarget.value)}
          />
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            disabled={!day || spans === null}
            onClick={() => {
              onChange({ ...dates, [day]: writeSpans(spans ?? []) });
              setDay("");
              setTimes("");
            }}
          >
            {t("addDate")}
          </Button>
        </Group>
      )}
    </div>
  );
}
