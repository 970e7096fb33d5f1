/** Only one tab of a browser is the phone (Web Locks). */

const LOCK = "cti.phone";

export interface TabLock {
  /** Get the phone to this tab, from another one if need be. */
  take: () => void;
  release: () => void;
}

/**
 * Waits for the phone: `gained` when this tab has it (at once, when no other does), `busy` when
 * another tab has it now, `stolen` when another tab took it.
 */
export function tabLock(on: { gained: () => void; busy: () => void; stolen: () => void }): TabLock {
  const { locks } = navigator;
  if (!locks) {
    on.gained(); // not a secure context: then there is no microphone either, and that is told
    return { take: () => {}, release: () => {} };
  }
  let free: () => void = () => {};
  let over = false;
  let waiting = new AbortController();
  const hold = () =>
    new Promise<void>((resolve) => {
      if (over) return resolve();
      free = resolve;
      on.gained();
    });
  const wait = () => {
    waiting = new AbortController();
    locks.request(LOCK, { signal: waiting.signal }, hold).catch(lost);
  };
  const lost = (error: unknown) => {
    // Somebody else stole it; an abort of our own waiting is no news.
    if (over || waiting.signal.aborted || !(error instanceof DOMException)) return;
    on.stolen();
    wait();
  };
  void locks
    .request(LOCK, { ifAvailable: true }, (lock) => {
      if (lock) return hold();
      on.busy();
      wait();
      return undefined;
    })
    .catch(lost);
  return {
    take: () => {
      waiting.abort();
      waiting = new AbortController();
      locks.request(LOCK, { steal: true }, hold).catch(lost);
    },
    release: () => {
      over = true;
      waiting.abort();
      free();
    },
  };
}
