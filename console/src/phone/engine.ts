import { UA, WebSocketInterface } from "jssip";
import {
  choose,
  chosen,
  type Device,
  listDevices,
  type MicFault,
  openMic,
  present,
} from "./devices";
import type { IncomingRTCSessionEvent, RTCSession, RTCSessionEvent } from "./jssip";
import { type TabLock, tabLock } from "./oneTab";
import { between, type Counters, counters } from "./quality";
import { Level, ring, silence } from "./sound";
import { NO_PHONE, type PhoneConfig, type PhoneView } from "./view";

const LOOK_EVERY = 2000;
/** Looks without any sound from an open microphone before that is told: 10 s. */
const SILENT_LOOKS = 5;
const DIGITAL_SILENCE = 1e-5;
const ICE_PATIENCE = 4000;
const PATIENCE = 4000;

export interface PhoneOptions {
  /** This page has become the phone. */
  onHere: () => void;
  /** Open the microphone now, not only with the first call: for those who get calls all day. */
  micAtOnce: boolean;
}

/**
 * The phone in the page: registered over the service's own origin, it picks up the floor's calls by
 * itself (they ask so: `Call-Info: …;answer-after=0`) and rings for others.
 *
 * It never closes a leg when the page goes: the service sees the page go and calls the next one.
 */
export class Phone {
  view: PhoneView = NO_PHONE;
  private readonly listeners = new Set<() => void>();
  private ua: UA | null = null;
  private session: RTCSession | null = null;
  private mic: MediaStream | null = null;
  private opening: Promise<void> = Promise.resolve();
  private micLevel: Level | null = null;
  private farLevel: Level | null = null;
  private readonly speaker = new Audio();
  private readonly lock: TabLock;
  /** Other tabs of this browser hear there that this one is registered. */
  private readonly there = new BroadcastChannel("cti.phone");
  private forWhich = "";
  private leaving: ReturnType<typeof setTimeout> | undefined;
  private before: Counters | null = null;
  private silentLooks = 0;
  private looking: ReturnType<typeof setInterval> | undefined;
  private stopRing: () => void = () => {};
  private readonly config: PhoneConfig;
  private readonly options: PhoneOptions;

  constructor(config: PhoneConfig, options: PhoneOptions) {
    this.config = config;
    this.options = options;
    this.speaker.autoplay = true;
    this.set({ mic: chosen("mic"), speaker: chosen("speaker") });
    navigator.mediaDevices?.addEventListener("devicechange", this.devicesChanged);
    this.lock = tabLock({
      gained: () => this.begin(),
      busy: () => this.set({ elsewhere: "tab" }),
      stolen: () => this.leaveTo("tab"),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Loudness now, root mean square, 0…1. */
  level(side: "mic" | "far"): number {
    const level = side === "mic" ? this.micLevel : this.farLevel;
    return side === "mic" && this.view.muted ? 0 : (level?.now() ?? 0);
  }

  /** Have the phone in this tab. */
  takeHere(): void {
    if (this.view.elsewhere === "machine") this.begin();
    else this.lock.take();
  }

  /**
   * Another page of this person has become the phone. Our leg ends only once that page is known to
   * the PBX (or `PATIENCE` later): the floor calls the phone again at once, and there it must ring.
   */
  leaveTo(where: "tab" | "machine"): void {
    this.set({ elsewhere: where, line: "off" });
    const leave = () => {
      clearTimeout(this.leaving);
      this.there.onmessage = null;
      this.end();
    };
    if (where === "machine")
      leave(); // told after it was registered there
    else {
      this.there.onmessage = leave;
      this.leaving = setTimeout(leave, PATIENCE);
    }
  }

  /** Somebody has signed in again: do not wait for the next try. */
  reconnect(): void {
    if (!this.ua || this.view.line === "registered") return;
    const old = this.ua;
    this.ua = null;
    old.stop();
    this.register();
  }

  /** Say again that the phone is here. */
  tellHere(): void {
    this.options.onHere();
  }

  answer(): void {
    if (this.session && this.view.call === "ringing") void this.pickUp(this.session);
  }

  /** Another call: it begins with the microphone open, however the last one ended. */
  forCall(id: string): void {
    if (id === this.forWhich) return;
    this.forWhich = id;
    if (this.view.muted) this.mute(false);
  }

  mute(muted: boolean): void {
    for (const track of this.mic?.getAudioTracks() ?? []) track.enabled = !muted;
    this.set({ muted });
  }

  async chooseMic(id: string): Promise<void> {
    choose("mic", id);
    this.set({ mic: id, micInstead: null });
    await this.openMic();
  }

  async chooseSpeaker(id: string): Promise<void> {
    choose("speaker", id);
    this.set({ speaker: id });
    await this.routeSpeaker();
  }

  /** Ask for the microphone again: it was plugged in, or allowed. */
  retryMic(): void {
    void this.openMic();
  }

  /** The person has seen which microphone took over. */
  acceptMic(): void {
    this.set({ micInstead: null });
  }

  /** The person touched the page: now sound may be played. */
  unblockSound(): void {
    void this.play();
  }

  close(): void {
    navigator.mediaDevices?.removeEventListener("devicechange", this.devicesChanged);
    clearTimeout(this.leaving);
    this.lock.release();
    this.end();
    this.there.close();
    this.set({ line: "off" });
  }

  // -- being the phone --------------------------------------------------------------------------

  private begin(): void {
    clearTimeout(this.leaving);
    this.there.onmessage = null;
    this.end(); // taken back before we had let go
    this.set({ elsewhere: null, line: "connecting" });
    if (this.options.micAtOnce) void this.openMic();
    else void this.devices();
    this.register();
    this.looking = setInterval(() => void this.look(), LOOK_EVERY);
  }

  private end(): void {
    clearInterval(this.looking);
    this.looking = undefined;
    this.stopRing();
    const ua = this.ua;
    this.ua = null;
    ua?.stop();
    this.hangUp();
    this.closeMic();
  }

  private registered(): void {
    if (this.view.line === "registered") return; // renewed, as every two minutes
    this.set({ line: "registered" });
    this.there.postMessage("registered");
    this.options.onHere();
  }

  private register(): void {
    const address = new URL(this.config.ws, location.origin);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const ua = new UA({
      sockets: [new WebSocketInterface(address.href)],
      uri: this.config.uri,
      authorization_user: this.config.username,
      password: this.config.password ?? "",
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
      user_agent: "CTI console",
    });
    const mine = (act: () => void) => () => {
      if (ua === this.ua) act();
    };
    ua.on(
      "registered",
      mine(() => this.registered()),
    );
    ua.on(
      "disconnected",
      mine(() => this.set({ line: "lost" })),
    );
    ua.on(
      "unregistered",
      mine(() => this.set({ line: "lost" })),
    );
    ua.on("registrationFailed", (event) => {
      const refused = (event.response?.status_code ?? 0) >= 400;
      if (ua === this.ua) this.set({ line: refused ? "refused" : "lost" });
    });
    ua.on("newRTCSession", (event: RTCSessionEvent) => {
      if (ua === this.ua && event.originator === "remote") {
        this.incoming(event as IncomingRTCSessionEvent);
      }
    });
    this.ua = ua;
    ua.start();
  }

  // -- a call -----------------------------------------------------------------------------------

  private incoming({ session, request }: IncomingRTCSessionEvent): void {
    // A phone has one leg. A second one comes after the first was lost: then the old one is dead.
    const byItself = /answer-after=0/i.test(request.getHeader("Call-Info") ?? "");
    if (this.session && !byItself) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.hangUp();
    this.session = session;
    this.set({ call: "ringing" });
    session.on("ended", () => this.ended(session));
    session.on("failed", () => this.ended(session));
    session.on("peerconnection", ({ peerconnection }) => this.watch(session, peerconnection));
    if (byItself) void this.pickUp(session);
    else this.stopRing = ring();
  }

  private async pickUp(session: RTCSession): Promise<void> {
    this.stopRing();
    await this.opening;
    if (!this.mic) await this.openMic();
    if (session !== this.session || session.isEnded()) return;
    session.on("accepted", () => {
      if (session !== this.session) return;
      this.set({ call: "up" });
      void this.sendMic(); // it may have been changed for another while we answered
    });
    session.answer({
      mediaStream: this.mic ?? silence(),
      pcConfig: { iceServers: this.config.ice.length ? [{ urls: this.config.ice }] : [] },
    });
  }

  private watch(session: RTCSession, connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track, streams }) => {
      const stream = streams[0] ?? new MediaStream([track]);
      this.speaker.srcObject = stream;
      this.farLevel?.close();
      this.farLevel = new Level(stream);
      void this.routeSpeaker();
      void this.play();
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      if (connection.iceConnectionState === "failed") this.mend(session);
    });
  }

  /** The way of the sound broke, the call did not: look for a new way. */
  private mend(session: RTCSession): void {
    setTimeout(() => {
      const broken = session === this.session && !session.isEnded();
      if (!broken || session.connection.iceConnectionState !== "failed") return;
      if (this.view.line === "registered") {
        session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
      }
      this.mend(session);
    }, ICE_PATIENCE);
  }

  private ended(session: RTCSession): void {
    if (session !== this.session) return;
    this.session = null;
    this.stopRing();
    this.farLevel?.close();
    this.farLevel = null;
    this.speaker.srcObject = null;
    this.before = null;
    this.set({ call: null, quality: null });
  }

  private hangUp(): void {
    const session = this.session;
    if (!session) return;
    this.ended(session);
    if (!session.isEnded()) session.terminate();
  }

  // -- microphone and speaker -------------------------------------------------------------------

  /** One after another: of two that are opened at once, the first would be closed while in use. */
  private openMic(): Promise<void> {
    const open = () => this.openMicNow();
    this.opening = this.opening.then(open, open);
    return this.opening;
  }

  private async openMicNow(): Promise<void> {
    const { mics } = await this.devices();
    let opened: MediaStream;
    try {
      opened = await openMic(present(this.view.mic, mics));
    } catch (fault) {
      this.closeMic();
      this.set({ micFault: fault as MicFault });
      return;
    }
    if (this.view.elsewhere) {
      for (const track of opened.getTracks()) track.stop();
      return;
    }
    this.closeMic();
    this.mic = opened;
    this.micLevel = new Level(opened);
    this.silentLooks = 0;
    this.set({ micFault: null });
    await this.devices(); // labels are told only once the microphone is allowed
    const [track] = opened.getAudioTracks();
    if (!track) return;
    track.enabled = !this.view.muted;
    track.addEventListener("ended", () => {
      if (this.mic !== opened) return;
      void this.micGone();
    });
    await this.sendMic();
  }

  /** Let the call hear the microphone that is open now. */
  private async sendMic(): Promise<void> {
    const track = this.mic?.getAudioTracks()[0];
    const senders = this.session?.connection?.getSenders() ?? [];
    const sender = senders.find((one) => one.track?.kind === "audio");
    if (track && sender && sender.track !== track) await sender.replaceTrack(track);
  }

  /** Another microphone may be there: then its person is told whom they speak into now. */
  private async micGone(): Promise<void> {
    this.closeMic();
    this.set({ micFault: "lost" });
    await this.openMic();
    const [track] = this.mic?.getAudioTracks() ?? [];
    if (track) this.set({ micInstead: track.label });
  }

  private closeMic(): void {
    for (const track of this.mic?.getTracks() ?? []) track.stop();
    this.micLevel?.close();
    this.mic = null;
    this.micLevel = null;
  }

  private readonly devicesChanged = (): void => {
    void this.devices().then(() => {
      if (this.looking && this.view.micFault && this.view.micFault !== "silent") this.retryMic();
      void this.routeSpeaker();
    });
  };

  private async devices(): Promise<{ mics: Device[]; speakers: Device[] }> {
    const found = await listDevices();
    this.set(found);
    return found;
  }

  private async routeSpeaker(): Promise<void> {
    if (!("setSinkId" in this.speaker)) return;
    try {
      await this.speaker.setSinkId(present(this.view.speaker, this.view.speakers));
    } catch {
      await this.speaker.setSinkId(""); // unplugged in between: the system's own
    }
  }

  private async play(): Promise<void> {
    if (!this.speaker.srcObject) {
      this.set({ soundBlocked: false });
      return;
    }
    try {
      await this.speaker.play();
      this.set({ soundBlocked: false });
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") {
        this.set({ soundBlocked: true });
      }
    }
  }

  // -- health -----------------------------------------------------------------------------------

  private async look(): Promise<void> {
    this.listenForSilence();
    const connection = this.session?.connection;
    if (!connection || this.view.call !== "up") return;
    const now = counters(await connection.getStats());
    if (!now || connection !== this.session?.connection) return;
    const quality = between(this.before, now);
    this.before = now;
    if (quality) this.set({ quality });
  }

  /** An open microphone is never digitally silent; one that is, is switched off or broken. */
  private listenForSilence(): void {
    if (!this.micLevel?.running || this.view.muted) return;
    const silent = this.micLevel.now() < DIGITAL_SILENCE;
    this.silentLooks = silent ? this.silentLooks + 1 : 0;
    if (this.silentLooks >= SILENT_LOOKS) this.set({ micFault: "silent" });
    else if (!silent && this.view.micFault === "silent") this.set({ micFault: null });
  }

  private set(change: Partial<PhoneView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }
}
