import type { Campaign } from "../api/schema";

export type Mode = Campaign["mode"];
export const MODES: readonly Mode[] = [
  "manual",
  "preview",
  "progressive",
  "power",
  "predictive",
  "agentless",
];
