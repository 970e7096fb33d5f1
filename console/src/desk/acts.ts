import { useAct } from "../api/act";
import { early } from "../api/early";
import type { DeskView, MayCall, PossibleTime } from "./types";
import { took } from "./useDesk";

/** Everything an agent does; the service acts for the agent of whoever is signed in. */

async function desk(path: string, body?: unknown): Promise<void> {
  const answer = await early<DeskView | undefined>("POST", `/v1/desk/${path}`, body);
  if (answer && "agent" in answer) took(answer);
}

export const signInToFloor = () => desk("sign-in");
export const signOutOfFloor = () => desk("sign-out");
export const hangUp = () => desk("hang-up");
export const hold = () => desk("hold");
export const resume = () => desk("resume");
export const dtmf = (digits: string) => desk("dtmf", { digits });
export const pauseRecording = () => desk("recording/pause", {});
export const resumeRecording = () => desk("recording/resume");
export const doNotCall = (attempt: string) => desk("do-not-call", { attempt });
export const preview = (campaign_id: number) => desk("preview", { campaign_id });
export const dialPreview = (number_id?: number) =>
  desk("preview/dial", { number_id: number_id ?? null });
export const skipPreview = () => desk("preview/skip");
export const appoint = (at: Date) => desk("appointment", { at: at.toISOString() });

export async function setReady(wish: { ready: boolean; reason?: string }): Promise<void> {
  took(await early<DeskView>("PUT", "/v1/desk/ready", { reason: "", ...wish }));
}

export interface Came {
  attempt: string;
  disposition: string;
  callback_at?: string;
  note?: string;
}

export const dispose = (came: Came) => desk("disposition", came);

export interface ToCall {
  campaign_id: number;
  number: string;
  name?: string;
}

export const call = (what: ToCall) => desk("call", what);

/** Whether a number may be dialled now, or why not. */
export function check({ campaign_id, number }: ToCall): Promise<MayCall> {
  const asked = new URLSearchParams({ campaign_id: String(campaign_id), number });
  return early("GET", `/v1/desk/check?${asked}`);
}

/** When an appointment would be dialled. */
export const possible = (at: Date) =>
  early<PossibleTime>(
    "GET",
    `/v1/desk/appointment?${new URLSearchParams({ at: at.toISOString() })}`,
  );

export interface Destination {
  kind: "agent" | "queue" | "number";
  value: string;
}

export const transfer = (to: Destination, how: "blind" | "warm") => desk("transfer", { to, how });
export const swap = () => desk("transfer/swap");
export const completeTransfer = () => desk("transfer/complete");
export const conference = () => desk("transfer/conference");
export const cancelTransfer = () => desk("transfer/cancel");

export { useAct };
