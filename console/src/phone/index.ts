import { useEffect, useSyncExternalStore } from "react";
import { api, ok } from "../api/client";
import type { Me } from "../api/me";
import type { DeskView } from "../api/schema";
import { session } from "../api/session";
import { link, store } from "../live";
import type { Phone } from "./engine";
import { NO_PHONE, type PhoneConfig, type PhoneView } from "./view";

/** The page's one phone: lives from sign-in to sign-out, whatever page is open. */
let phone: Phone | null = null;
let config: PhoneConfig | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

export interface PhoneHere {
  view: PhoneView;
  /** null: no phone in this page. */
  phone: Phone | null;
  /** What the person talks through; null: not known yet, or nothing. */
  config: PhoneConfig | null;
}

let here: PhoneHere = { view: NO_PHONE, phone: null, config: null };

function refresh(): void {
  here = { view: phone?.view ?? NO_PHONE, phone, config };
  tell();
}

export function usePhone(): PhoneHere {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => here,
  );
}

/** Resolves once the person can be called: their phone is here and registered, or is another one; or
 * after `within` ms. A page has its phone a moment after its buttons. */
export function phoneReady(within = 8000): Promise<void> {
  return new Promise((done) => {
    const look = () => {
      const waits = here.view.line === "off" || here.view.line === "connecting";
      if (config && (config.kind !== "browser" || here.view.elsewhere || !waits)) end();
    };
    const end = () => {
      clearTimeout(timer);
      listeners.delete(look);
      done();
    };
    const timer = setTimeout(end, within);
    listeners.add(look);
    look();
  });
}

/** Makes this page the phone of those who have one. */
export function usePagePhone(me: Me): void {
  const agent = me.agent !== null;
  const has = agent || me.rights.includes("hear_calls");
  useEffect(() => {
    if (!has) return;
    let over = false;
    begin = () => void start(agent, () => over);
    begin();
    return () => {
      over = true;
      begin = null;
      putDown();
    };
  }, [has, agent]);
}

let begin: (() => void) | null = null;

function putDown(): void {
  phone?.close();
  phone = null;
  config = null;
  refresh();
}

// Given another phone, by an administrator say: this page becomes it, or is it no longer.
store.subscribe("desk", () => {
  const kind = (store.get("desk") as DeskView | undefined)?.agent.phone_kind;
  if (!kind || !config || kind === config.kind) return;
  putDown();
  begin?.();
});

async function start(agent: boolean, over: () => boolean): Promise<void> {
  const got = await ok(api.GET("/v1/me/phone")).catch(() => null);
  if (!got || over()) return;
  config = got;
  refresh();
  if (got.kind !== "browser") return;
  const { Phone } = await import("./engine");
  if (over()) return;
  const made = new Phone(got, { micAtOnce: agent, onHere: agent ? tellWhere : () => {} });
  phone = made;
  made.subscribe(refresh);
  refresh();
}

/** The person's pages on other machines learn that the phone is in this one. */
function tellWhere(): void {
  if (!link.browser) return;
  void ok(api.POST("/v1/desk/phone-here", { body: { browser: link.browser } })).catch(() => {});
}

link.subscribe(() => {
  // A new connection is a new browser to the service.
  if (link.state === "up" && phone && phone.view.line !== "off") phone.tellHere();
});

let signedOut = false;
session.subscribe(() => {
  if (signedOut && !session.signInNeeded) phone?.reconnect();
  signedOut = session.signInNeeded;
});

store.onNotice(({ kind }) => {
  if (kind === "phone_elsewhere" && phone && phone.view.line !== "off") phone.leaveTo("machine");
});
