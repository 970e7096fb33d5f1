import { asFault, type Fault } from "../api/fault";

export type SaveState = "saved" | "waiting" | "saving" | "offline" | "refused";

const QUIET = 400;
const RETRY = 3000;

/**
 * Saves while one types: after a short quiet, never two at once, again and again while the service
 * cannot be reached. What is not saved yet is kept in this browser, so that a reload loses nothing.
 */
export class AutoSave<T> {
  state: SaveState = "saved";
  fault: Fault | null = null;
  private wanted: { value: T } | null = null;
  private running: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly key: string;
  private readonly save: (value: T) => Promise<unknown>;

  constructor(key: string, save: (value: T) => Promise<unknown>) {
    this.key = `cti.draft.${key}`;
    this.save = save;
    const kept = localStorage.getItem(this.key);
    if (kept !== null) this.set(JSON.parse(kept) as T);
  }

  /** What was not saved yet; undefined when all is. */
  get draft(): T | undefined {
    return this.wanted?.value;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: T): void {
    this.wanted = { value };
    localStorage.setItem(this.key, JSON.stringify(value));
    this.become("waiting");
    this.later(QUIET);
  }

  /** Save now; resolves when all is saved, or the try has failed. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    if (this.state === "offline") this.become("waiting");
    this.running ??= this.drain().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Nobody types here any more; what is not saved is still tried. */
  close(): void {
    this.listeners.clear();
    void this.flush();
  }

  private async drain(): Promise<void> {
    while (this.wanted && this.state !== "offline" && this.state !== "refused") {
      await this.once(this.wanted);
    }
  }

  private async once(what: { value: T }): Promise<void> {
    this.become("saving");
    try {
      await this.save(what.value);
      if (this.wanted === what) {
        this.wanted = null;
        localStorage.removeItem(this.key);
        this.become("saved");
      }
    } catch (error) {
      this.fault = asFault(error);
      const hopeless = this.fault.status >= 400 && this.fault.status < 500;
      if (hopeless) localStorage.removeItem(this.key);
      this.become(hopeless ? "refused" : "offline");
      if (!hopeless) this.later(RETRY);
    }
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), ms);
  }

  private become(state: SaveState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
