import { api, ok } from "../api/client";

export interface Credentials {
  name: string;
  password: string;
  code: string;
}

/** Starts a session (cookie). Throws Fault; its `need` is "code" when the second step is due. */
export const signIn = (body: Credentials) => ok(api.POST("/v1/session", { body }));

/** Opens a one-time link. The fault's `need`: "password" has to be chosen, "code" is due. */
export const redeem = (body: { token: string; password?: string; code: string }) =>
  ok(api.POST("/v1/session/link", { body }));
