/** One audio context for the page: levels, the ring, and silence where a microphone should be. */

let context: AudioContext | null = null;

function audio(): AudioContext {
  if (!context) {
    const made = new AudioContext();
    context = made;
    // A page may make no sound before the person has touched it.
    const wake = () => void made.resume();
    for (const touch of ["pointerdown", "keydown"])
      addEventListener(touch, wake, { passive: true });
  }
  return context;
}

/** Follows how loud a stream is. */
export class Level {
  private readonly analyser: AnalyserNode;
  private readonly source: MediaStreamAudioSourceNode;
  private readonly samples: Float32Array<ArrayBuffer>;

  constructor(stream: MediaStream) {
    this.analyser = audio().createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.source = audio().createMediaStreamSource(stream);
    this.source.connect(this.analyser);
  }

  /** Loudness of the last 20 ms, root mean square: 0 is digital silence, 1 full scale. */
  now(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    return Math.sqrt(sum / this.samples.length);
  }

  /** Whether it measures: not before the person has touched the page. */
  get running(): boolean {
    return audio().state === "running";
  }

  close(): void {
    this.source.disconnect();
  }
}

/** Loudness as a meter shows it: −60 dB is 0, full scale is 1. */
export function meter(rms: number): number {
  return Math.min(1, Math.max(0, 1 + (20 * Math.log10(Math.max(rms, 1e-6))) / 60));
}

/** A stream of silence: who has no microphone can at least hear. */
export function silence(): MediaStream {
  return audio().createMediaStreamDestination().stream;
}

/** Rings until the function it gives is called: two tones, one second on, three off. */
export function ring(): () => void {
  const loud = audio().createGain();
  loud.gain.value = 0;
  loud.connect(audio().destination);
  const tones = [440, 480].map((pitch) => {
    const tone = audio().createOscillator();
    tone.frequency.value = pitch;
    tone.connect(loud);
    tone.start();
    return tone;
  });
  const now = audio().currentTime;
  for (let beat = 0; beat < 30; beat += 1) {
    loud.gain.setValueAtTime(0.08, now + beat * 4);
    loud.gain.setValueAtTime(0, now + beat * 4 + 1);
  }
  return () => {
    for (const tone of tones) tone.stop();
    loud.disconnect();
  };
}
