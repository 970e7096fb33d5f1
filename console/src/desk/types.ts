/** The desk as the service shows it (dialer/desk/views.py, dialer/scripts/script.py). */
import type { DeskView, Script } from "../api/schema";

export type {
  AgentState,
  AgentTarget,
  Consult,
  DeskAgent,
  DeskCall,
  DeskCampaign,
  DeskDisposition,
  DeskView,
  EarlierCall,
  HourOfDay,
  LookedAt,
  MayCall,
  NextAppointment,
  NumberTarget,
  Party,
  Person,
  PossibleTime,
  Script,
  TargetsView,
  Today,
} from "../api/schema";

export type Reason = DeskView["reasons"][number];
export type Step = Script["steps"][number];
export type Question = Step["questions"][number];
export type When = NonNullable<Step["next"][number]["when"]>;

/** A list where several options could be chosen; dates as 2030-01-31. */
export type Answer = string | string[];
export type Answers = Record<string, Answer>;
