/** Microphones and speakers of this machine, and which of them the person wants. */

export interface Device {
  id: string;
  label: string;
}

/** Why there is no sound from the microphone. */
export type MicFault = "denied" | "missing" | "busy" | "lost" | "silent" | "insecure" | "failed";

const CHOSEN = { mic: "cti.microphone", speaker: "cti.speaker" };

export function chosen(kind: "mic" | "speaker"): string {
  return localStorage.getItem(CHOSEN[kind]) ?? "";
}

export function choose(kind: "mic" | "speaker", id: string): void {
  localStorage.setItem(CHOSEN[kind], id);
}

/** The chosen one if it is there, else the system's own choice (""). */
export function present(id: string, devices: readonly Device[]): string {
  return devices.some((device) => device.id === id) ? id : "";
}

export async function listDevices(): Promise<{ mics: Device[]; speakers: Device[] }> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind) =>
    all
      .filter((d) => d.kind === kind && d.deviceId && d.deviceId !== "default")
      .map((d) => ({ id: d.deviceId, label: d.label }));
  return { mics: of("audioinput"), speakers: of("audiooutput") };
}

/** Opens the microphone. Throws MicFault. */
export async function openMic(id: string): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw "insecure" satisfies MicFault;
  const audio = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(id && { deviceId: { exact: id } }),
  };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw micFault(error);
  }
}

/** getUserMedia's errors (W3C Media Capture and Streams, 10.2) as what a person can mend. */
export function micFault(error: unknown): MicFault {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "failed";
}
