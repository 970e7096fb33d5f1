import { ActionIcon, Button, Group, SegmentedControl, useComputedColorScheme } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import {
  IconDownload,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRewindBackward10,
  IconRewindForward10,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import WaveSurfer from "wavesurfer.js";
import { useMay } from "../api/me";
import type { LegView, RecordingView, Waveform } from "../api/schema";
import { KeyHint } from "../parts/KeyHint";
import { clock } from "../parts/time";
import { heardKey } from "./HeardBy";
import { markers } from "./markers";
import classes from "./recordings.module.css";
import { drawn, silences } from "./silence";

const SPEEDS = ["0.75", "1", "1.25", "1.5", "2"];
const STEP = 5;
const LEAP = 10;
const HEIGHT = 56;

interface Props {
  recording: RecordingView;
  waveform: Waveform;
  legs: readonly LegView[];
}

/** The sound of a call: two sides, silences shaded, marks where somebody came in; keys to move. */
export function Sound({ recording, waveform, legs }: Props) {
  const { t } = useTranslation("recordings");
  const may = useMay();
  const audio = useAudio(recording.id);
  const place = useRef<HTMLDivElement>(null);
  useWave(place, audio.element, waveform);
  const [speed, setSpeed] = useState("1");
  const quiet = useMemo(
    () => silences(waveform.customer, waveform.agent, waveform.seconds),
    [waveform],
  );
  const marks = useMemo(
    () => markers(legs, recording.started_at, waveform.seconds),
    [legs, recording.started_at, waveform.seconds],
  );
  const at = (seconds: number) => `${(100 * seconds) / waveform.seconds}%`;
  const faster = (by: number) => {
    const next = SPEEDS[SPEEDS.indexOf(speed) + by];
    if (next) setSpeed(next);
  };
  useEffect(() => {
    audio.element.playbackRate = Number(speed);
  }, [speed, audio.element]);
  useHotkeys([
    ["K", audio.toggle],
    ["Space", () => document.activeElement?.tagName !== "BUTTON" && audio.toggle()],
    ["ArrowLeft", () => audio.move(-STEP)],
    ["ArrowRight", () => audio.move(STEP)],
    ["J", () => audio.move(-LEAP)],
    ["L", () => audio.move(LEAP)],
    ["comma", () => faster(-1)],
    ["period", () => faster(1)],
  ]);
  return (
    <div>
      <div className={classes.wave}>
        <span className={classes.side}>{t("player.customer")}</span>
        <span className={classes.side} data-lower>
          {t("player.agent")}
        </span>
        <div className={classes.drawing}>
          {quiet.map((stretch) => (
            <span
              key={stretch.from}
              className={classes.silence}
              style={{ left: at(stretch.from), width: at(stretch.to - stretch.from) }}
              title={t("player.silence", { seconds: Math.round(stretch.to - stretch.from) })}
            />
          ))}
          <div ref={place} />
          {marks.map((mark) => (
            <button
              key={mark.leg.id}
              type="button"
              className={classes.mark}
              style={{ left: at(mark.at) }}
              onClick={() => audio.go(mark.at)}
              title={`${mark.leg.who || t(`floor:leg.${mark.leg.kind}`)} · ${t(`floor:how.${mark.leg.how}`, { defaultValue: mark.leg.how })} · ${clock(mark.at)}`}
              aria-label={t("player.goTo", {
                who: mark.leg.who || t(`floor:leg.${mark.leg.kind}`),
                at: clock(mark.at),
              })}
            />
          ))}
        </div>
      </div>
      <Group gap={8} className={classes.controls}>
        <ActionIcon
          variant="filled"
          size="lg"
          radius="xl"
          onClick={audio.toggle}
          aria-label={t(audio.playing ? "player.pause" : "player.play")}
        >
          {audio.playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
        </ActionIcon>
        <KeyHint keys="K" />
        <ActionIcon
          variant="subtle"
          onClick={() => audio.move(-LEAP)}
          aria-label={t("player.back")}
        >
          <IconRewindBackward10 size={18} />
        </ActionIcon>
        <KeyHint keys="J" />
        <ActionIcon variant="subtle" onClick={() => audio.move(LEAP)} aria-label={t("player.on")}>
          <IconRewindForward10 size={18} />
        </ActionIcon>
        <KeyHint keys="L" />
        <span className={classes.time}>
          {clock(audio.at)} / {clock(waveform.seconds)}
        </span>
        <SegmentedControl
          aria-label={t("player.speed")}
          data={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
          value={speed}
          onChange={setSpeed}
        />
        <KeyHint keys=", ." />
        {may("take_recordings") && (
          <Button
            component="a"
            href={`/v1/recordings/${encodeURIComponent(recording.id)}/download`}
            download
            variant="default"
            ml="auto"
            leftSection={<IconDownload size={14} />}
          >
            {t("player.download")}
          </Button>
        )}
      </Group>
      {audio.failed && (
        <p role="alert" className={classes.failed}>
          {t("player.failed")}
        </p>
      )}
    </div>
  );
}

/** The sound itself. Nothing is fetched, and so nothing counts as heard, before it is played. */
function useAudio(id: string) {
  const client = useQueryClient();
  const element = useMemo(() => {
    const made = new Audio();
    made.preload = "none";
    made.src = `/v1/recordings/${encodeURIComponent(id)}/audio`;
    return made;
  }, [id]);
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const [at, setAt] = useState(0);
  useEffect(() => {
    const told = {
      play: () => {
        setFailed(false);
        setPlaying(true);
      },
      pause: () => setPlaying(false),
      timeupdate: () => setAt(element.currentTime),
      seeking: () => setAt(element.currentTime),
      error: () => setFailed(true),
      playing: () => void client.invalidateQueries({ queryKey: heardKey(id) }),
    };
    for (const [name, hear] of Object.entries(told)) element.addEventListener(name, hear);
    return () => {
      for (const [name, hear] of Object.entries(told)) element.removeEventListener(name, hear);
      element.pause();
      element.removeAttribute("src");
    };
  }, [element, client, id]);
  const go = (seconds: number) => {
    element.currentTime = Math.max(0, seconds);
    setAt(element.currentTime);
  };
  return {
    element,
    playing,
    failed,
    at,
    go,
    move: (by: number) => go(element.currentTime + by),
    toggle: () => {
      if (element.paused) void element.play().catch(() => setFailed(true));
      else element.pause();
    },
  };
}

/** Draws both sides from the service's peaks; the file itself is never decoded for it. */
function useWave(
  place: React.RefObject<HTMLDivElement | null>,
  media: HTMLMediaElement,
  waveform: Waveform,
): void {
  const scheme = useComputedColorScheme("light");
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours come from the page's CSS
  useEffect(() => {
    const container = place.current;
    if (!container) return;
    const css = getComputedStyle(container);
    const colour = (token: string) => css.getPropertyValue(token).trim();
    const side = { height: HEIGHT, barWidth: 2, barGap: 1, barRadius: 1 };
    const wave = WaveSurfer.create({
      container,
      media,
      peaks: drawn(waveform.customer, waveform.agent),
      duration: waveform.seconds,
      cursorColor: colour("--text"),
      cspNonce: document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce,
      splitChannels: [
        { ...side, waveColor: colour("--line-strong"), progressColor: colour("--rare") },
        { ...side, waveColor: colour("--line-strong"), progressColor: colour("--accent") },
      ],
      dragToSeek: true,
    });
    return () => wave.destroy();
  }, [place, media, waveform, scheme]);
}
