/** The desk as the service shows it (dialer/desk/views.py, dialer/scripts/script.py). */
export type Answer = string | string[];
export type AgentState = "signed_out" | "not_ready" | "ready" | "reserved" | "talking" | "wrapping";
export type Consult = {
  kind: "agent" | "queue" | "number";
  value: string;
  state: "ringing" | "talking" | "held" | "gone";
};
export type DeskAgent = {
  name: string;
  display_name: string;
  state: AgentState;
  reason: string;
  since: string;
  wanted: AgentState | null;
  wanted_reason: string;
  phone_up: boolean;
  mode: "nailed_up" | "ringing";
  phone_kind: "browser" | "sip";
};
export type DeskCall = {
  id: string;
  kind: "outbound" | "inbound" | "preview" | "manual";
  campaign_id: number | null;
  campaign: string;
  number: string;
  name: string;
  placed_at: string;
  answered_at: string | null;
  bridged_at: string | null;
  ended_at: string | null;
  held: boolean;
  recording: "on" | "paused" | "off";
  recording_resumes_at: string | null;
  parties: Party[];
  consult: Consult | null;
  sounds_like: HeardLike | null;
  wrap_until: string | null;
  notice: string;
};
export type DeskCampaign = {
  id: number;
  name: string;
  mode: "manual" | "preview" | "progressive" | "power" | "predictive" | "agentless";
  manual: boolean;
  preview: boolean;
};
export type DeskDisposition = {
  code: string;
  label: string;
  label_zh: string;
  category: string;
  success: boolean;
  needs_callback: boolean;
  closes: boolean;
  reached: boolean;
  key: number | null;
};
export type DeskNumber = {
  id: number;
  masked: string;
  next: boolean;
  usable: boolean;
  why_not: string;
};
export type DeskView = {
  at: string;
  agent: DeskAgent;
  call: DeskCall | null;
  preview?: LookedAt | null;
  person: Person | null;
  script: Script | null;
  answers: {
    [key: string]: string | string[];
  };
  step: string;
  notes: string;
  disposition?: string | null;
  dispositions: DeskDisposition[];
  today: Today;
  appointments: NextAppointment[];
  campaigns: DeskCampaign[];
  reasons: Reason[];
};
export type EarlierCall = {
  attempt: string;
  at: string;
  agent: string | null;
  outcome: string | null;
  disposition: string | null;
  note: string;
  seconds: number | null;
  direction: "out" | "in";
};
export type HeardLike = {
  heard: "machine" | "fax" | "ivr" | "silence";
  confidence: number;
};
export type HourOfDay = {
  hour: number;
  calls: number;
  successes: number;
};
export type LookedAt = {
  campaign_id: number;
  campaign: string;
  lead_id: number;
  until: string;
};
export type MayCall = {
  number: string;
  may: boolean;
  why_not: string;
  until?: string | null;
  lead_id?: number | null;
  name: string;
};
export type Next = {
  when?: When | null;
  go: string;
};
export type NextAppointment = {
  lead_id: number;
  name: string;
  at: string;
  campaign_id: number;
  campaign: string;
};
export type Party = {
  id: string;
  kind: "customer" | "agent" | "outside" | "supervisor";
  name: string;
  state: "ringing" | "talking" | "held" | "gone";
};
export type Person = {
  lead_id: number;
  campaign_id: number;
  name: string;
  reference: string;
  fields: {
    [key: string]: string;
  };
  numbers: DeskNumber[];
  time_zone: string;
  local_time: string;
  history: EarlierCall[];
  appointment: string | null;
  why: string;
};
export type PossibleTime = {
  at: string;
  due_at: string;
  moved: boolean;
};
export type Question = {
  id: string;
  label: string;
  type: "text" | "choice" | "many" | "number" | "date";
  options: string[];
  required: boolean;
};
export type Reason = {
  code: string;
  label: string;
  label_zh: string;
  minutes?: number | null;
};
export type Script = {
  first: string;
  steps: Step[];
  id: number;
  name: string;
  version: number;
};
export type Step = {
  id: string;
  title: string;
  text: string;
  questions: Question[];
  next: Next[];
};
export type Today = {
  calls: number;
  talk_seconds: number;
  wrap_seconds: number;
  ready_seconds: number;
  not_ready_seconds: number;
  successes: number;
  target_calls?: number | null;
  target_successes?: number | null;
  target_wrap_up_seconds?: number | null;
  hours: HourOfDay[];
};
export type When = {
  question: string;
  is: string;
};
