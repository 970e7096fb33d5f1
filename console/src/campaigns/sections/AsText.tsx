import { Button, Group, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CampaignSettings } from "../../api/schema";
import { Panel } from "../../parts/form/Panel";
import type { Section } from "../CampaignPage";
import classes from "../campaigns.module.css";

/** All settings as JSON: also those that have no field of their own. */
export function AsText({ edited, set, readOnly }: Section) {
  const { t } = useTranslation("campaigns");
  const [text, setText] = useState<string | null>(null);
  const [bad, setBad] = useState<string | null>(null);
  const take = () => {
    try {
      const read: unknown = JSON.parse(text ?? "");
      if (typeof read !== "object" || read === null || Array.isArray(read))
        throw new Error("{ … }");
      set(read as Partial<CampaignSettings>);
      setText(null);
      setBad(null);
    } catch (error) {
      setBad(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Panel
      title={t("asText")}
      tools={
        <Button
          variant="subtle"
          onClick={() => setText(text === null ? JSON.stringify(edited.settings, null, 2) : null)}
          aria-expanded={text !== null}
        >
          {text === null ? t("show") : t("hide")}
        </Button>
      }
    >
      <Text size="sm" c="dimmed">
        {t("asTextMeans")}
      </Text>
      {text !== null && (
        <>
          <Textarea
            className={classes.code}
            aria-label={t("asText")}
            value={text}
            readOnly={readOnly}
            onChange={(event) => setText(event.currentTarget.value)}
            autosize
            minRows={8}
            maxRows={24}
            mt={8}
            spellCheck={false}
            error={bad}
          />
          {!readOnly && (
            <Group mt={8}>
              <Button variant="default" onClick={take}>
                {t("takeText")}
              </Button>
            </Group>
          )}
        </>
      )}
    </Panel>
  );
}
