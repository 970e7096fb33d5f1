/**
 * The session's secret of this page (CSRF) and the gate at which requests wait for a sign-in.
 *
 * A session that ends in the middle of work opens the gate's bar; requests that met 401 wait there
 * and go on by themselves, so that no note and no form is lost.
 */

type Listener = () => void;

let csrf = "";
let gate: { opened: Promise<void>; open: () => void } | null = null;
const listeners = new Set<Listener>();

export const session = {
  get csrf(): string {
    return csrf;
  },
  /** A sign-in worked: those who wait go on. */
  signedIn(secret: string): void {
    csrf = secret;
    gate?.open();
    gate = null;
    tell();
  },
  /** Resolves when somebody has signed in again. */
  waitForSignIn(): Promise<void> {
    if (!gate) {
      let open: () => void = () => {};
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      gate = { opened, open };
      tell();
    }
    return gate.opened;
  },
  get signInNeeded(): boolean {
    return gate !== null;
  },
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function tell(): void {
  for (const listener of listeners) listener();
}
