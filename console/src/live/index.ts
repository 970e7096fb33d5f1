import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { queries } from "../api/queries";
import { session } from "../api/session";
import { type LinkState, LiveLink } from "./link";
import { LiveStore } from "./store";

export type { LinkState } from "./link";
export type { Notice } from "./store";

export const store = new LiveStore();

export const link = new LiveLink({
  url: `${location.origin.replace(/^http/, "ws")}/v1/live-link`,
  store,
  onReady: () => void queries.invalidateQueries(),
  onBye: (reason) => {
    if (reason === "signed_out") void session.waitForSignIn().then(() => link.start());
  },
});

export function useLinkState(): LinkState {
  return useSyncExternalStore(link.subscribe, () => link.state);
}

/** The newest state of one topic: `useTopic<CampaignState>("campaigns/3/state")`. */
export function useTopic<T>(topic: string): T | undefined {
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(topic, listener),
    [topic],
  );
  return useSyncExternalStore(subscribe, () => store.get(topic)) as T | undefined;
}

/** All states of a pattern by topic: `useTopics<AgentState>("agents/+/state")`. */
export function useTopics<T>(pattern: string): ReadonlyMap<string, T> {
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(pattern, listener),
    [pattern],
  );
  return useSyncExternalStore(subscribe, () => store.matching(pattern)) as ReadonlyMap<string, T>;
}

/** Hear events as they come (they are not kept): `useEvent("incidents", (i) => …)`. */
export function useEvent<T>(pattern: string, hear: (payload: T, topic: string) => void): void {
  const newest = useRef(hear);
  newest.current = hear;
  useEffect(
    () => store.onEvent(pattern, (payload, topic) => newest.current(payload as T, topic)),
    [pattern],
  );
}

/** The service's clock, in ms: what `since` and `at` are compared with. */
export function serverNow(): number {
  return Date.now() + store.clockAhead;
}
