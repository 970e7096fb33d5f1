/** What leads are looked for by, as it stands in the page's address. */
export interface Asked {
  text?: string;
  campaign?: number;
  state?: LeadState;
}

export const LEAD_STATES = ["waiting", "due", "in_flight", "closed"] as const;
export type LeadState = (typeof LEAD_STATES)[number];

const isState = (word: string | null): word is LeadState =>
  LEAD_STATES.some((state) => state === word);

/** From an address; what makes no sense is left out. */
export function readAsked(address: URLSearchParams): Asked {
  const found: Asked = {};
  const text = address.get("text")?.trim();
  if (text) found.text = text.slice(0, 128);
  const campaign = Number(address.get("campaign"));
  if (Number.isInteger(campaign) && campaign > 0) found.campaign = campaign;
  const state = address.get("state");
  if (isState(state)) found.state = state;
  return found;
}

/** Into an address; what is not asked for does not stand there. */
export function writeAsked({ text, campaign, state }: Asked): URLSearchParams {
  const address = new URLSearchParams();
  if (text?.trim()) address.set("text", text.trim());
  if (campaign) address.set("campaign", String(campaign));
  if (state) address.set("state", state);
  return address;
}

/** As the service is asked. */
export function queryOf({ text, campaign, state }: Asked) {
  return { text: text ?? "", campaign_id: campaign, state };
}
