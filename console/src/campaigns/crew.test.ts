import { expect, it } from "vitest";
import { people, works } from "./crew";

const anna = { name: "anna", display_name: "Anna Wu", team: "north" };
const bert = { name: "bert", display_name: "", team: "" };

it("lets every agent work where nobody was chosen", () => {
  expect([anna, bert].filter((one) => works(one, { teams: [], agents: [] }))).toHaveLength(2);
});

it("lets the teams chosen work, and who is named", () => {
  expect(works(anna, { teams: ["north"], agents: [] })).toBe(true);
  expect(works(bert, { teams: ["north"], agents: [] })).toBe(false);
  expect(works(bert, { teams: ["north"], agents: ["bert"] })).toBe(true);
});

it("keeps in sight who was chosen and has left", () => {
  const { teams, names } = people([anna, bert], { teams: ["south"], agents: ["carl"] });
  expect(teams).toEqual(["north", "south"]);
  expect(names.map((one) => one.label)).toEqual(["Anna Wu", "bert", "carl"]);
});
