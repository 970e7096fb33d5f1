import type { LiveStore, Notice } from "./store";

export type LinkState = "connecting" | "up" | "lost";

/** Why the service ends a link; after all but the first two, the page comes back by itself. */
type Bye = "signed_out" | "elsewhere" | "too_slow" | "flood" | "stopping";

/** Frames from the service (docs: the live link). */
type Frame =
  | { type: "hello"; version: string; server_time: string; browser?: string }
  | { type: "state" | "event"; topic: string; payload: unknown }
  | { type: "ready" }
  | { type: "desk"; payload: unknown }
  | { type: "board"; payload: unknown }
  | { type: "notice"; payload: Notice }
  | { type: "bye"; reason: Bye }
  | { type: "pong" };

export interface LinkParts {
  url: string;
  store: LiveStore;
  /** After the first states: what the page shows may be old. */
  onReady: () => void;
  /** The service wants us gone. */
  onBye: (reason: Bye) => void;
  WebSocket?: typeof WebSocket;
  random?: () => number;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const PING_EVERY = 15_000;
const SILENCE = 10_000;

/**
 * One WebSocket that is always there: connects again with growing, jittered waits, notices a link
 * that is silently dead, and forgets old states that a new connection does not confirm.
 */
export class LiveLink {
  state: LinkState = "connecting";
  /** How the service calls this page, e.g. to leave it out when it tells the others. */
  browser = "";
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private stopped = true;
  private readonly listeners = new Set<() => void>();
  private readonly parts: LinkParts;

  constructor(parts: LinkParts) {
    this.parts = parts;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.become("connecting");
    addEventListener("online", this.connectNow);
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.connectNow);
    clearTimeout(this.timer);
    this.drop();
    this.become("lost");
  }

  /** Do not wait any longer: the network is back, or a person asked. */
  readonly connectNow = (): void => {
    this.failures = 0;
    if (this.stopped) this.start();
    else if (this.state !== "up") {
      clearTimeout(this.timer);
      this.drop();
      this.connect();
    }
  };

  /** Connect anew, for the service to tell everything again. */
  again(): void {
    if (this.stopped) return;
    this.stop();
    this.start();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private connect(): void {
    const Socket = this.parts.WebSocket ?? WebSocket;
    const socket = new Socket(this.parts.url);
    this.socket = socket;
    socket.onmessage = (event) => this.receive(String(event.data));
    socket.onclose = () => this.lost(socket);
    this.expectWithin(SILENCE);
  }

  private receive(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.expectWithin(PING_EVERY);
    const { store } = this.parts;
    if (frame.type === "hello") {
      this.browser = frame.browser ?? "";
      store.begin(frame.server_time);
    } else if (frame.type === "state") store.state(frame.topic, frame.payload);
    else if (frame.type === "event") store.event(frame.topic, frame.payload);
    else if (frame.type === "desk" || frame.type === "board")
      store.state(frame.type, frame.payload);
    else if (frame.type === "notice") store.notice(frame.payload);
    else if (frame.type === "ready") this.ready();
    else if (frame.type === "bye") this.bye(frame.reason);
  }

  private ready(): void {
    this.failures = 0;
    this.parts.store.settled();
    this.become("up");
    this.parts.onReady();
  }

  private bye(reason: Bye): void {
    if (reason === "flood") this.failures = Math.max(this.failures, 4);
    if (reason === "signed_out" || reason === "elsewhere") this.stop();
    this.parts.onBye(reason);
  }

  /** Ping after `quiet` ms without a frame; a link that says nothing to that either is dead. */
  private expectWithin(quiet: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const socket = this.socket;
      if (!socket) return;
      if (socket.readyState !== 1) return this.lost(socket);
      socket.send('{"type":"ping"}');
      this.timer = setTimeout(() => this.lost(socket), SILENCE);
    }, quiet);
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket || this.stopped) return;
    clearTimeout(this.timer);
    this.drop();
    this.become("lost");
    const random = this.parts.random ?? Math.random;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.failures) * (0.5 + random() / 2);
    this.failures += 1;
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private become(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
