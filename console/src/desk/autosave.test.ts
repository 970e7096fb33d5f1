import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Fault } from "../api/fault";
import { AutoSave } from "./autosave";

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

describe("saving while one types", () => {
  it("waits for a short quiet and saves only the last text", async () => {
    const save = vi.fn(async (_: string) => {});
    const notes = new AutoSave("a", save);
    notes.set("h");
    notes.set("he");
    await vi.advanceTimersByTimeAsync(399);
    expect(save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(save.mock.calls).toEqual([["he"]]);
    expect(notes.state).toBe("saved");
    expect(localStorage.length).toBe(0);
  });

  it("saves what was typed while it saved, and never two at once", async () => {
    const done: (() => void)[] = [];
    const save = vi.fn((_: string) => new Promise<void>((resolve) => done.push(resolve)));
    const notes = new AutoSave("a", save);
    notes.set("one");
    await vi.advanceTimersByTimeAsync(400);
    notes.set("two");
    await vi.advanceTimersByTimeAsync(1000);
    expect(save).toHaveBeenCalledOnce();
    done[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(save.mock.calls.map(([text]) => text)).toEqual(["one", "two"]);
    expect(notes.state).toBe("saving");
    done[1]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(notes.state).toBe("saved");
  });

  it("tries again while the service is away, and outlives a reload", async () => {
    let away = true;
    const save = vi.fn(async (_: string) => {
      if (away) throw new Fault(0, "");
    });
    const notes = new AutoSave("a", save);
    notes.set("dear");
    await vi.advanceTimersByTimeAsync(400);
    expect(notes.state).toBe("offline");

    const reloaded = new AutoSave("a", save);
    expect(reloaded.draft).toBe("dear");
    away = false;
    await vi.advanceTimersByTimeAsync(3000);
    expect(notes.state).toBe("saved");
    expect(reloaded.state).toBe("saved");
    expect(localStorage.length).toBe(0);
  });

  it("does not try again what is refused", async () => {
    const save = vi.fn(async (_: string) => {
      throw new Fault(422, "too long");
    });
    const notes = new AutoSave("a", save);
    notes.set("x");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(save).toHaveBeenCalledOnce();
    expect(notes.state).toBe("refused");
    expect(notes.fault?.what).toBe("too long");
    notes.set("y");
    await vi.advanceTimersByTimeAsync(400);
    expect(save).toHaveBeenCalledTimes(2);
  });

  it("saves at once when asked, before the call is closed", async () => {
    const save = vi.fn(async (_: string) => {});
    const notes = new AutoSave("a", save);
    notes.set("now");
    await notes.flush();
    expect(save.mock.calls).toEqual([["now"]]);
  });
});
