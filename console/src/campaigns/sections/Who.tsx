import { Anchor, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAgents } from "../../admin/api";
import { Panel } from "../../parts/form/Panel";
import { StatePill } from "../../parts/StatePill";
import type { Section } from "../CampaignPage";

/** Who talks: the agents of this moment. */
export function Who({ edited }: Section) {
  const { t } = useTranslation("campaigns");
  const { data } = useAgents();
  const there = (data ?? []).filter((agent) => agent.state !== "signed_out");
  return (
    <Panel
      id="who"
      title={t("question.who")}
      tools={
        <Anchor component={Link} to="/admin/agents" size="sm">
          {t("allAgents")}
        </Anchor>
      }
    >
      {edited.mode === "agentless" ? (
        <Text size="sm">{t("nobodyTalks")}</Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb={8}>
            {t("whoMeans", { count: data?.length ?? 0 })}
          </Text>
          <Group gap={8}>
            {there.map((agent) => (
              <StatePill key={agent.name} state={agent.state} word={agent.display_name} />
            ))}
          </Group>
          {data && !there.length && <Text size="sm">{t("nobodyIn")}</Text>}
        </>
      )}
    </Panel>
  );
}
