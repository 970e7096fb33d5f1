import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveLink } from "./link";
import { LiveStore, topicMatches } from "./store";

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 1;
  sent: string[] = [];
  closed = false;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  fall() {
    this.readyState = 3;
    this.onclose?.();
  }
  greet(states: Record<string, unknown> = {}) {
    this.say({ type: "hello", version: "1", server_time: new Date().toISOString() });
    for (const [topic, payload] of Object.entries(states))
      this.say({ type: "state", topic, payload });
    this.say({ type: "ready" });
  }
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;

describe("the live link", () => {
  let store: LiveStore;
  let link: LiveLink;
  const ready = vi.fn();
  const bye = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.all = [];
    ready.mockReset();
    bye.mockReset();
    store = new LiveStore();
    link = new LiveLink({
      url: "ws://here/v1/live-link",
      store,
      onReady: ready,
      onBye: bye,
      WebSocket: FakeSocket as unknown as typeof WebSocket,
      random: () => 1,
    });
    link.start();
  });

  afterEach(() => {
    link.stop();
    vi.useRealTimers();
  });

  it("is up, and has the page fetch again, only after the first states", () => {
    last().say({ type: "hello", version: "1", server_time: "2030-01-01T00:00:00Z" });
    expect(link.state).toBe("connecting");
    last().say({ type: "ready" });
    expect(link.state).toBe("up");
    expect(ready).toHaveBeenCalledOnce();
  });

  it("waits longer after each failure, and short again once it was up", () => {
    for (const wait of [500, 1000, 2000, 4000, 8000, 15000, 15000]) {
      last().fall();
      const before = FakeSocket.all.length;
      vi.advanceTimersByTime(wait - 1);
      expect(FakeSocket.all.length).toBe(before);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all.length).toBe(before + 1);
    }
    last().greet();
    last().fall();
    expect(link.state).toBe("lost");
    vi.advanceTimersByTime(500);
    last().greet();
    expect(ready).toHaveBeenCalledTimes(2);
  });

  it("pings a silent link and gives a dead one up", () => {
    last().greet();
    const socket = last();
    vi.advanceTimersByTime(15_000);
    expect(socket.sent).toEqual(['{"type":"ping"}']);
    socket.say({ type: "pong" });
    vi.advanceTimersByTime(15_000);
    expect(socket.sent.length).toBe(2);
    vi.advanceTimersByTime(10_000);
    expect(socket.closed).toBe(true);
    expect(link.state).toBe("lost");
  });

  it("keeps old states while it connects, then forgets those that are no longer true", () => {
    last().greet({ "agents/anna/state": 1, "agents/ben/state": 1 });
    last().fall();
    vi.advanceTimersByTime(500);
    last().say({ type: "hello", version: "1", server_time: new Date().toISOString() });
    expect(store.get("agents/ben/state")).toBe(1);
    last().say({ type: "state", topic: "agents/anna/state", payload: 2 });
    last().say({ type: "ready" });
    expect(store.get("agents/anna/state")).toBe(2);
    expect(store.get("agents/ben/state")).toBeUndefined();
  });

  it("hears nothing more of a socket that it has given up", () => {
    const old = last();
    old.greet({ a: 1 });
    old.fall();
    old.say({ type: "state", topic: "a", payload: 2 });
    expect(store.get("a")).toBe(1);
  });

  it("stays away when signed out, and comes back when asked", () => {
    last().greet();
    last().say({ type: "bye", reason: "signed_out" });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all.length).toBe(1);
    expect(bye).toHaveBeenCalledWith("signed_out");
    link.connectNow();
    expect(FakeSocket.all.length).toBe(2);
  });

  it("has everything told again when asked, unless it is not wanted at all", () => {
    last().greet();
    link.again();
    expect(FakeSocket.all.length).toBe(2);
    last().greet();
    expect(link.state).toBe("up");
    expect(ready).toHaveBeenCalledTimes(2);
    link.stop();
    link.again();
    expect(FakeSocket.all.length).toBe(2);
  });

  it("comes back slowly after a flood", () => {
    last().greet();
    last().say({ type: "bye", reason: "flood" });
    last().fall();
    vi.advanceTimersByTime(7_999);
    expect(FakeSocket.all.length).toBe(1);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.all.length).toBe(2);
  });

  it("connects at once when the network is back", () => {
    last().fall();
    window.dispatchEvent(new Event("online"));
    expect(FakeSocket.all.length).toBe(2);
  });
});

describe("the store", () => {
  it("tells those whose topic changed, and keeps groups the same until then", () => {
    const store = new LiveStore();
    const heard = vi.fn();
    store.subscribe("agents/+/state", heard);
    store.state("agents/anna/state", 1);
    const group = store.matching("agents/+/state");
    store.state("campaigns/1/state", 1);
    expect(store.matching("agents/+/state")).toBe(group);
    expect(heard).toHaveBeenCalledOnce();
    store.state("agents/ben/state", 2);
    expect(store.matching("agents/+/state").size).toBe(2);
  });

  it("takes the service's clock", () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const store = new LiveStore();
    store.begin(new Date(1_005_000).toISOString());
    expect(store.clockAhead).toBe(5000);
    vi.useRealTimers();
  });
});

it.each([
  ["agents/+/state", "agents/anna/state", true],
  ["agents/+/state", "agents/anna/appointment", false],
  ["agents/+", "agents/anna/state", false],
  ["agents/#", "agents/anna/state", true],
  ["#", "incidents", true],
  ["incidents", "incidents", true],
  ["incidents/+", "incidents", false],
])("%s matches %s: %s", (pattern, topic, expected) => {
  expect(topicMatches(pattern, topic)).toBe(expected);
});
