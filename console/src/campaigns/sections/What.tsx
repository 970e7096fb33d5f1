import { Anchor, Select, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useSite } from "../../admin/api";
import { Fields, Panel } from "../../parts/form/Panel";
import { useScripts } from "../../scripts/api";
import type { Section } from "../CampaignPage";
import { rulesFor } from "../dispositions";
import { Dispositions } from "./Dispositions";

/** What is said: script, dispositions, the recording and its notice. */
export function What({ edited, set, readOnly, wrong }: Section) {
  const { t, i18n } = useTranslation("campaigns");
  const { settings } = edited;
  const { data: scripts } = useScripts();
  const site = useSite().data;
  const notice = i18n.language === "zh" ? site?.recording_notice_zh : site?.recording_notice;
  return (
    <Panel
      id="what"
      title={t("question.what")}
      tools={
        <Anchor component={Link} to="/scripts" size="sm">
          {t("allScripts")}
        </Anchor>
      }
    >
      <Stack gap={16}>
        <Fields>
          <Select
            label={t("script")}
            data={[
              { value: "", label: t("noScript") },
              ...(scripts ?? []).map((one) => ({ value: String(one.id), label: one.name })),
            ]}
            value={settings.script_id ? String(settings.script_id) : ""}
            onChange={(value) => set({ script_id: value ? Number(value) : null })}
            error={wrong("script_id")}
            readOnly={readOnly}
          />
          <TextInput
            label={t("unservedMessage")}
            description={t("unservedMessageMeans")}
            value={settings.message ?? ""}
            onChange={(event) => set({ message: event.currentTarget.value.trim() || null })}
            error={wrong("message")}
            readOnly={readOnly}
          />
          <Select
            label={t("dncScope")}
            data={(["everyone", "client", "campaign"] as const).map((value) => ({
              value,
              label: t(`scope.${value}`),
            }))}
            value={settings.do_not_call}
            onChange={(value) =>
              value && set({ do_not_call: value as typeof settings.do_not_call })
            }
            readOnly={readOnly}
          />
        </Fields>
        <Stack gap={8}>
          <Switch
            label={t("record")}
            checked={settings.record}
            disabled={readOnly}
            onChange={(event) => set({ record: event.currentTarget.checked })}
          />
          <Switch
            label={t("needsConsent")}
            checked={settings.needs_consent}
            disabled={readOnly}
            onChange={(event) => set({ needs_consent: event.currentTarget.checked })}
          />
          {settings.record && (
            <>
              <Switch
                label={t("ownNotice")}
                checked={settings.recording_notice != null}
                disabled={readOnly}
                onChange={(event) =>
                  set({ recording_notice: event.currentTarget.checked ? (notice ?? "") : null })
                }
              />
              {settings.recording_notice == null ? (
                <Text size="sm" c="dimmed">
                  {t("siteNotice", { notice: notice || "–" })}
                </Text>
              ) : (
                <TextInput
                  label={t("notice")}
                  value={settings.recording_notice}
                  maxLength={500}
                  onChange={(event) => set({ recording_notice: event.currentTarget.value })}
                  error={wrong("recording_notice")}
                  readOnly={readOnly}
                />
              )}
            </>
          )}
        </Stack>
        <div>
          <Title order={3} mb={4}>
            {t("dispositions")}
          </Title>
          <Dispositions
            list={settings.dispositions}
            onChange={(dispositions) =>
              set({
                dispositions,
                retry: rulesFor(settings.retry, settings.dispositions, dispositions),
              })
            }
            readOnly={readOnly}
            fault={wrong("dispositions")}
          />
        </div>
      </Stack>
    </Panel>
  );
}
