import { early } from "../api/early";

export interface Credentials {
  name: string;
  password: string;
  code?: string;
}

/** Starts a session (cookie). Throws Fault; its `need` is "code" when the second factor is due. */
export const signIn = (who: Credentials) => early<unknown>("POST", "/v1/session", who);

/** Redeems a one-time link. A Fault's `need` says what it still wants: "password" or "code". */
export const redeem = (token: string, password = "", code = "") =>
  early<unknown>("POST", "/v1/session/link", {
    token,
    ...(password && { password }),
    ...(code && { code }),
  });
