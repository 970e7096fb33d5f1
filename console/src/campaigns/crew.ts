import type { AgentView, CampaignSettings } from "../api/schema";

type Crew = CampaignSettings["crew"];
type Person = Pick<AgentView, "name" | "display_name" | "team">;

/** Whether an agent is given a campaign's calls: everyone is where nobody was chosen. */
export const works = (agent: Person, crew: Crew) =>
  (!crew.teams.length && !crew.agents.length) ||
  crew.teams.includes(agent.team) ||
  crew.agents.includes(agent.name);

/** What there is to choose from; who was chosen and has left stays in sight. */
export function people(agents: Person[], crew: Crew) {
  const teams = new Set([...agents.map((agent) => agent.team), ...crew.teams]);
  teams.delete("");
  const known = new Set(agents.map((agent) => agent.name));
  const gone = crew.agents.filter((name) => !known.has(name));
  return {
    teams: [...teams].sort((a, b) => a.localeCompare(b)),
    names: [
      ...agents.map(({ name, display_name }) => ({ value: name, label: display_name || name })),
      ...gone.map((name) => ({ value: name, label: name })),
    ],
  };
}
