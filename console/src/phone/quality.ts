/** What a talk sounds like, from what the network did to it. */

export interface Sample {
  /** Packets lost of those sent, 0…1. */
  loss: number;
  jitterMs: number;
  /** There and back; null: not known. */
  rttMs: number | null;
}

export type QualityWord = "good" | "fair" | "poor" | "bad";

export interface Quality extends Sample {
  /** Mean opinion score, 1…4.4. */
  mos: number;
  word: QualityWord;
}

/**
 * MOS by the E-model (ITU-T G.107), reduced as usual for VoIP: delay and loss lower R, jitter counts
 * as delay of the jitter buffer. Loss weighs as for G.711 with concealment (G.113 appendix I).
 */
export function quality(sample: Sample): Quality {
  const delay = (sample.rttMs ?? 0) / 2 + 2 * sample.jitterMs + 20;
  const delayed = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const lost = (95 * (sample.loss * 100)) / (sample.loss * 100 + 25.1);
  const r = Math.min(93.2, Math.max(0, 93.2 - delayed - lost));
  const mos = 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r);
  return { ...sample, mos: Math.round(mos * 10) / 10, word: word(mos) };
}

function word(mos: number): QualityWord {
  if (mos >= 4) return "good";
  if (mos >= 3.6) return "fair";
  if (mos >= 3.1) return "poor";
  return "bad";
}

/** Counters of a peer connection that quality is made of. */
export interface Counters {
  received: number;
  lost: number;
  sent: number;
  jitterMs: number;
  rttMs: number | null;
  /** Loss of what we send, as the other side reports it, 0…1. */
  remoteLoss: number;
}

/** From RTCStatsReport to counters; null without audio. */
export function counters(stats: Iterable<[string, unknown]>): Counters | null {
  let found = false;
  const all: Counters = { received: 0, lost: 0, sent: 0, jitterMs: 0, rttMs: null, remoteLoss: 0 };
  for (const [, entry] of stats) {
    const stat = entry as Record<string, unknown>;
    const number = (key: string) => (typeof stat[key] === "number" ? (stat[key] as number) : 0);
    if (stat.type === "inbound-rtp" && stat.kind === "audio") {
      found = true;
      all.received += number("packetsReceived");
      all.lost += Math.max(0, number("packetsLost"));
      all.jitterMs = number("jitter") * 1000;
    } else if (stat.type === "outbound-rtp" && stat.kind === "audio") {
      found = true;
      all.sent += number("packetsSent");
    } else if (stat.type === "remote-inbound-rtp" && stat.kind === "audio") {
      all.remoteLoss = Math.max(0, number("fractionLost"));
      if (typeof stat.roundTripTime === "number") all.rttMs = stat.roundTripTime * 1000;
    } else if (stat.type === "candidate-pair" && stat.nominated && all.rttMs === null) {
      if (typeof stat.currentRoundTripTime === "number")
        all.rttMs = stat.currentRoundTripTime * 1000;
    }
  }
  return found ? all : null;
}

/** Quality since the counters before; null while nothing has come yet. */
export function between(before: Counters | null, now: Counters): Quality | null {
  const received = now.received - (before?.received ?? 0);
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  if (received + lost <= 0) return before ? quality({ ...now, loss: 1 }) : null;
  const loss = Math.max(lost / (received + lost), now.remoteLoss);
  return quality({ loss, jitterMs: now.jitterMs, rttMs: now.rttMs });
}
