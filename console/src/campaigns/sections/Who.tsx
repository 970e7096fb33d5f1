import { Anchor, Group, MultiSelect, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAgents } from "../../admin/api";
import type { CampaignSettings } from "../../api/schema";
import { Fields, Panel } from "../../parts/form/Panel";
import { StatePill } from "../../parts/StatePill";
import type { Section } from "../CampaignPage";
import { people, works } from "../crew";

/** Who talks: teams and agents who are given the calls, and which of them are there now. */
export function Who(section: Section) {
  const { t } = useTranslation("campaigns");
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
      {section.edited.mode === "agentless" ? (
        <Text size="sm">{t("nobodyTalks")}</Text>
      ) : (
        <Chosen {...section} />
      )}
    </Panel>
  );
}

function Chosen({ edited, readOnly, set, wrong }: Section) {
  const { t } = useTranslation("campaigns");
  const { data } = useAgents();
  const agents = data ?? [];
  const crew = edited.settings.crew;
  const choose = (change: Partial<CampaignSettings["crew"]>) =>
    set({ crew: { ...crew, ...change } });
  const nobody = !crew.teams.length && !crew.agents.length;
  const { teams, names } = people(agents, crew);
  const mine = agents.filter((agent) => works(agent, crew));
  const there = mine.filter((agent) => agent.state !== "signed_out");
  return (
    <>
      <Fields>
        <MultiSelect
          label={t("crewTeams")}
          placeholder={nobody ? t("crewEverybody") : ""}
          data={teams}
          value={crew.teams}
          onChange={(teams) => choose({ teams })}
          error={wrong("crew.teams")}
          readOnly={readOnly}
          searchable
          clearable
        />
        <MultiSelect
          label={t("crewAgents")}
          placeholder={nobody ? t("crewEverybody") : ""}
          data={names}
          value={crew.agents}
          onChange={(agents) => choose({ agents })}
          error={wrong("crew.agents")}
          readOnly={readOnly}
          searchable
          clearable
        />
      </Fields>
      <Text size="sm" c="dimmed" my={8}>
        {t("crewMeans")} {data && t("crewIs", { count: mine.length })}
      </Text>
      <Group gap={8}>
        {there.map((agent) => (
          <StatePill key={agent.name} state={agent.state} word={agent.display_name} />
        ))}
      </Group>
      {data && !there.length && <Text size="sm">{t("nobodyIn")}</Text>}
    </>
  );
}
