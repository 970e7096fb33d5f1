import type { Device, MicFault } from "./devices";
import type { Quality } from "./quality";

/** As `GET /v1/me/phone` gives it. */
export type { PhoneView as PhoneConfig } from "../api/schema";

export interface PhoneView {
  /** Whether the PBX knows this page as the person's phone. */
  line: "off" | "connecting" | "registered" | "lost" | "refused";
  /** Who else has the phone: another tab here, or another machine. */
  elsewhere: "tab" | "machine" | null;
  call: null | "ringing" | "up";
  muted: boolean;
  mics: Device[];
  speakers: Device[];
  mic: string;
  speaker: string;
  micFault: MicFault | null;
  /** The microphone that took over from one that went, until its person has seen it. */
  micInstead: string | null;
  /** The browser plays no sound before the person has touched the page. */
  soundBlocked: boolean;
  quality: Quality | null;
}

export const NO_PHONE: PhoneView = {
  line: "off",
  elsewhere: null,
  call: null,
  muted: false,
  mics: [],
  speakers: [],
  mic: "",
  speaker: "",
  micFault: null,
  micInstead: null,
  soundBlocked: false,
  quality: null,
};
