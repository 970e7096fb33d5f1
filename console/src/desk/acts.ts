import { api, ok } from "../api/client";
import type { DeskView, MayCall, PossibleTime } from "./types";
import { took } from "./useDesk";

export { useAct } from "../api/act";

/** Everything an agent does; the service acts for the agent of whoever is signed in. */

async function shows(asked: Promise<{ data?: DeskView }>): Promise<void> {
  took(await ok(asked));
}

export const signInToFloor = () => shows(api.POST("/v1/desk/sign-in"));
export const signOutOfFloor = () => shows(api.POST("/v1/desk/sign-out"));
export const setReady = (body: { ready: boolean; reason: string }) =>
  shows(api.PUT("/v1/desk/ready", { body }));

export const hangUp = () => shows(api.POST("/v1/desk/hang-up"));
export const hold = () => ok(api.POST("/v1/desk/hold"));
export const resume = () => ok(api.POST("/v1/desk/resume"));
export const dtmf = (digits: string) => ok(api.POST("/v1/desk/dtmf", { body: { digits } }));
export const pauseRecording = () => ok(api.POST("/v1/desk/recording/pause"));
export const resumeRecording = () => ok(api.POST("/v1/desk/recording/resume"));

export interface Came {
  attempt: string;
  disposition: string;
  callback_at?: string;
}

export const dispose = (body: Came) => shows(api.POST("/v1/desk/disposition", { body }));
/** The own part of a call is wrapped up, where others have the word on it. */
export const wrappedUp = (attempt: string) =>
  shows(api.POST("/v1/desk/done", { body: { attempt } }));
export const doNotCall = (attempt: string) =>
  shows(api.POST("/v1/desk/do-not-call", { body: { attempt } }));
export const appoint = (at: Date) =>
  shows(api.POST("/v1/desk/appointment", { body: { at: at.toISOString() } }));
/** When an appointment would be dialled. */
export const possible = (at: Date): Promise<PossibleTime> =>
  ok(api.GET("/v1/desk/appointment", { params: { query: { at: at.toISOString() } } }));

export const preview = (campaign_id: number) =>
  shows(api.POST("/v1/desk/preview", { body: { campaign_id } }));
export const dialPreview = (number_id: number) =>
  shows(api.POST("/v1/desk/preview/dial", { body: { number_id } }));
export const skipPreview = () => shows(api.POST("/v1/desk/preview/skip"));

export interface ToCall {
  campaign_id: number;
  number: string;
}

export const call = (what: ToCall & { name: string }) =>
  shows(api.POST("/v1/desk/call", { body: what }));
/** Whether a number may be dialled now, or why not. */
export const check = (query: ToCall): Promise<MayCall> =>
  ok(api.GET("/v1/desk/check", { params: { query } }));

export interface Destination {
  kind: "agent" | "queue" | "number";
  value: string;
}

export const transfer = (to: Destination, how: "blind" | "warm") =>
  ok(api.POST("/v1/desk/transfer", { body: { to, how } }));
export const swap = () => ok(api.POST("/v1/desk/transfer/swap"));
export const completeTransfer = () => ok(api.POST("/v1/desk/transfer/complete"));
export const conference = () => ok(api.POST("/v1/desk/transfer/conference"));
export const cancelTransfer = () => ok(api.POST("/v1/desk/transfer/cancel"));
