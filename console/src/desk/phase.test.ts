import { expect, it } from "vitest";
import { phase } from "./phase";
import type { Consult, DeskAgent, DeskCall } from "./types";

const of = (state: DeskAgent["state"], call: Partial<DeskCall>) =>
  phase({
    agent: { state } as DeskAgent,
    call: { ended_at: null, bridged_at: null, ...call } as DeskCall,
  });
const bridged_at = "2030-01-01T00:00:00Z";
const consult = (state: Consult["state"]): Consult => ({ kind: "agent", value: "bert", state });

it("tells who hears whom", () => {
  expect(of("reserved", {})).toBe("ringing");
  expect(of("talking", {})).toBe("asked");
  expect(of("talking", { bridged_at })).toBe("alone");
  expect(of("talking", { bridged_at, held: true, consult: consult("ringing") })).toBe("asking");
  expect(of("talking", { bridged_at, held: true, consult: consult("talking") })).toBe("asking");
  expect(of("talking", { bridged_at, held: false, consult: consult("held") })).toBe("swapped");
  expect(of("talking", { bridged_at, held: false, consult: consult("talking") })).toBe("three");
  expect(of("wrapping", { bridged_at, ended_at: bridged_at })).toBe("ended");
  expect(phase({ agent: { state: "ready" } as DeskAgent, call: null })).toBe("ended");
});
