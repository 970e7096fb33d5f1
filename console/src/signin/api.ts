import { early } from "../api/early";

export interface Credentials {
  name: string;
  password: string;
  code?: string;
}

/** Starts a session (cookie). Throws Fault; its `need` is "code" when the second factor is due. */
export const signIn = (who: Credentials) => early<unknown>("POST", "/v1/session", who);

/** Redeems a one-time link; `password` is needed when the account has none yet. */
export const redeem = (token: string, password?: string) =>
  early<unknown>("POST", "/v1/session/link", password ? { token, password } : { token });
