import { describe, expect, it } from "vitest";
import { between, type Counters, counters, quality } from "./quality";

describe("quality of a talk", () => {
  it("is good on a clean line and falls with loss, jitter and delay", () => {
    expect(quality({ loss: 0, jitterMs: 2, rttMs: 20 }).word).toBe("good");
    expect(quality({ loss: 0.05, jitterMs: 10, rttMs: 60 }).word).toBe("fair");
    expect(quality({ loss: 0.08, jitterMs: 20, rttMs: 120 }).word).toBe("poor");
    expect(quality({ loss: 0.2, jitterMs: 20, rttMs: 120 }).word).toBe("bad");
    expect(quality({ loss: 0, jitterMs: 5, rttMs: 900 }).word).toBe("bad");
    expect(quality({ loss: 0, jitterMs: 2, rttMs: null }).mos).toBeGreaterThan(4.3);
  });

  it("never leaves the scale", () => {
    expect(quality({ loss: 1, jitterMs: 500, rttMs: 5000 }).mos).toBe(1);
    expect(quality({ loss: 0, jitterMs: 0, rttMs: 0 }).mos).toBeLessThanOrEqual(4.5);
  });

  it("is made of what happened since the last look", () => {
    const stats = (received: number, lost: number) =>
      counters([
        [
          "a",
          {
            type: "inbound-rtp",
            kind: "audio",
            packetsReceived: received,
            packetsLost: lost,
            jitter: 0.004,
          },
        ],
        ["b", { type: "outbound-rtp", kind: "audio", packetsSent: received }],
        ["c", { type: "remote-inbound-rtp", kind: "audio", fractionLost: 0, roundTripTime: 0.03 }],
        ["d", { type: "candidate-pair", nominated: true, currentRoundTripTime: 9 }],
      ]);
    const first = stats(100, 50) as Counters;
    const second = stats(200, 50) as Counters;
    expect(first).toMatchObject({ received: 100, lost: 50, jitterMs: 4, rttMs: 30 });
    expect(between(null, first)?.word).toBe("bad");
    expect(between(first, second)).toMatchObject({ loss: 0, word: "good" });
    // Nothing came in a whole interval: that is silence, not quality.
    expect(between(second, second)).toMatchObject({ loss: 1, word: "bad" });
    expect(counters([["x", { type: "codec" }]])).toBeNull();
  });
});
