import type { StateName } from "../parts/StatePill";
import type { PhoneView } from "./view";

/** The one thing that a person should know of the phone now; worst first. */
export function health(view: PhoneView): { state: StateName; key: string } {
  if (view.elsewhere) return { state: "warning", key: "elsewhere" };
  if (view.line === "refused") return { state: "error", key: "refused" };
  if (view.line === "lost") return { state: "lost", key: "lost" };
  if (view.line !== "registered") return { state: "connecting", key: "connecting" };
  if (view.micFault) return { state: "error", key: "mic" };
  if (view.soundBlocked) return { state: "warning", key: "sound" };
  if (view.call === "up" && view.quality) {
    const { word } = view.quality;
    if (word === "good" || word === "fair") return { state: "up", key: word };
    return { state: word === "poor" ? "warning" : "error", key: word };
  }
  return { state: "up", key: view.call === "up" ? "connected" : "ready" };
}
