import {
  Button,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Text,
  Textarea,
  Title,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import { asFault } from "../../api/fault";
import type { CampaignSettings, RuleChange, RulesView } from "../../api/schema";
import { FaultText } from "../../parts/FaultText";
import { Fields } from "../../parts/form/Panel";
import type { Section } from "../CampaignPage";
import classes from "../campaigns.module.css";

/** When it calls again: the rules in words, the commonest of them as fields, all of them as text. */
export function Rules(section: Section) {
  const { campaign, edited, set, readOnly, wrong } = section;
  const { t, i18n } = useTranslation("campaigns");
  const { retry } = edited.settings;
  const change = (part: Partial<CampaignSettings["retry"]>) =>
    set({ retry: { ...retry, ...part } });
  const [told] = useDebouncedValue(edited.settings, 300);
  const { data, error } = useWords(told);
  const words = (view: RulesView | undefined) =>
    (i18n.language === "zh" ? view?.words_zh : view?.words) ?? [];
  return (
    <div>
      <Title order={3} mb={4}>
        {t("again")}
      </Title>
      <Fields>
        <Select
          label={t("ruleBase")}
          data={[
            { value: "outbound_sales", label: t("base.outbound_sales") },
            { value: "follow_up", label: t("base.follow_up") },
          ]}
          value={retry.base}
          onChange={(base) => base && change({ base: base as typeof retry.base })}
          readOnly={readOnly}
        />
        <NumberInput
          label={t("maxPerDay")}
          value={retry.max_per_day}
          min={1}
          max={100}
          onChange={(value) => typeof value === "number" && change({ max_per_day: value })}
          error={wrong("retry.max_per_day")}
          readOnly={readOnly}
        />
        <NumberInput
          label={t("maxTotal")}
          value={retry.max_total}
          min={1}
          max={1000}
          onChange={(value) => typeof value === "number" && change({ max_total: value })}
          error={wrong("retry.max_total")}
          readOnly={readOnly}
        />
        <NumberInput
          label={t("pauseHours")}
          value={retry.pause_hours}
          min={0.1}
          max={720}
          suffix=" h"
          onChange={(value) => typeof value === "number" && change({ pause_hours: value })}
          error={wrong("retry.pause_hours")}
          readOnly={readOnly}
        />
      </Fields>
      <FaultText fault={error} />
      {!error && (
        <ol className={classes.words}>
          {words(data).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
      )}
      <RuleText
        id={campaign.id}
        readOnly={readOnly}
        words={words}
        onTake={(rules) => set(rules as Partial<CampaignSettings>)}
      />
    </div>
  );
}

/** What the edited rules mean, in words; a fault where they contradict each other. */
function useWords(settings: CampaignSettings) {
  const body = {
    windows: settings.windows,
    retry: settings.retry,
    dispositions: settings.dispositions,
  } as RuleChange;
  return useQuery({
    queryKey: ["rules", body],
    queryFn: () => ok(api.POST("/v1/rules/check", { body })),
    placeholderData: (before) => before,
    retry: false,
  });
}

/** The rules as YAML, checked while they are written. */
function RuleText({
  id,
  readOnly,
  words,
  onTake,
}: {
  id: number;
  readOnly: boolean;
  words: (view: RulesView | undefined) => string[];
  onTake: (rules: RulesView["rules"]) => void;
}) {
  const { t } = useTranslation("campaigns");
  const path = { params: { path: { campaign_id: id } } };
  const [text, setText] = useState<string | null>(null);
  const [settled] = useDebouncedValue(text, 400);
  const open = useAct(
    () => ok(api.GET("/v1/campaigns/{campaign_id}/rules/text", path)),
    (got) => setText(got.text),
  );
  const checked = useQuery({
    queryKey: ["rules", id, "text", settled],
    queryFn: () =>
      ok(
        api.POST("/v1/campaigns/{campaign_id}/rules/text", {
          ...path,
          body: { text: settled ?? "" },
        }),
      ),
    enabled: settled !== null,
    retry: false,
  });
  if (text === null)
    return (
      <Button variant="subtle" mt={4} loading={open.busy} onClick={() => open.act()}>
        {t("rulesAsText")}
      </Button>
    );
  return (
    <SimpleGrid cols={2} spacing={16} mt={8}>
      <div>
        <Textarea
          className={classes.code}
          aria-label={t("rulesAsText")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          readOnly={readOnly}
          autosize
          minRows={10}
          maxRows={24}
          spellCheck={false}
          error={checked.error ? asFault(checked.error).what : undefined}
        />
        <Group gap={8} mt={8}>
          {!readOnly && (
            <Button
              variant="default"
              disabled={!checked.data || settled !== text}
              onClick={() => {
                if (checked.data) onTake(checked.data.rules);
                setText(null);
              }}
            >
              {t("takeText")}
            </Button>
          )}
          <Button variant="subtle" onClick={() => setText(null)}>
            {t("hide")}
          </Button>
        </Group>
      </div>
      <div>
        <Text size="sm" fw={600}>
          {t("inWords")}
        </Text>
        <ol className={classes.words} aria-live="polite">
          {words(checked.data).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
      </div>
    </SimpleGrid>
  );
}
