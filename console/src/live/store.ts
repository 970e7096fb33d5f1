/** What the service said last, by topic; and who wants to hear of it. */

export interface Notice {
  /** message, listened, forced … */
  kind: string;
  from: string;
  text: string;
  at: string;
  /** What the page's own words need. */
  details?: Record<string, unknown>;
}

type EventListener = (payload: unknown, topic: string) => void;

/** `agents/+/state`: + stands for one level, a final # for any number, as in MQTT. */
export function topicMatches(pattern: string, topic: string): boolean {
  const wanted = pattern.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= levels.length || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

export class LiveStore {
  /** Server time less this machine's, in ms. */
  clockAhead = 0;
  private readonly states = new Map<string, unknown>();
  /** Between `begin` and `settled`: what the new connection has named. */
  private told: Set<string> | null = null;
  private readonly groups = new Map<string, ReadonlyMap<string, unknown>>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly hearers = new Set<{ pattern: string; hear: EventListener }>();
  private readonly noticed = new Set<(notice: Notice) => void>();

  /** A new connection: its states come now, up to `settled`. Old ones are shown until then. */
  begin(serverTime: string): void {
    const there = Date.parse(serverTime);
    if (!Number.isNaN(there)) this.clockAhead = there - Date.now();
    this.told = new Set();
  }

  /** All states have come: what was not named is no longer true. */
  settled(): void {
    const { told } = this;
    this.told = null;
    if (!told) return;
    for (const topic of [...this.states.keys()]) {
      if (told.has(topic)) continue;
      this.states.delete(topic);
      this.changed(topic);
    }
  }

  state(topic: string, payload: unknown): void {
    this.told?.add(topic);
    this.states.set(topic, payload);
    this.changed(topic);
  }

  event(topic: string, payload: unknown): void {
    for (const { pattern, hear } of this.hearers) {
      if (topicMatches(pattern, topic)) hear(payload, topic);
    }
  }

  notice(notice: Notice): void {
    for (const hear of this.noticed) hear(notice);
  }

  get(topic: string): unknown {
    return this.states.get(topic);
  }

  /** All states whose topic matches; the same object until one of them changes. */
  matching(pattern: string): ReadonlyMap<string, unknown> {
    let group = this.groups.get(pattern);
    if (!group) {
      group = new Map([...this.states].filter(([topic]) => topicMatches(pattern, topic)));
      this.groups.set(pattern, group);
    }
    return group;
  }

  subscribe(pattern: string, listener: () => void): () => void {
    const all = this.listeners.get(pattern) ?? new Set();
    this.listeners.set(pattern, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  onEvent(pattern: string, hear: EventListener): () => void {
    const hearer = { pattern, hear };
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }

  onNotice(hear: (notice: Notice) => void): () => void {
    this.noticed.add(hear);
    return () => this.noticed.delete(hear);
  }

  private changed(topic: string): void {
    for (const pattern of this.groups.keys()) {
      if (topicMatches(pattern, topic)) this.groups.delete(pattern);
    }
    for (const [pattern, listeners] of this.listeners) {
      if (topicMatches(pattern, topic)) for (const listener of listeners) listener();
    }
  }
}
