import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPlayerPlayFilled, IconPlayerStopFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { seconds } from "./meanings";
import classes from "./outcomes.module.css";

interface Props {
  src: string;
  /** What is heard, for those who cannot see where the button stands. */
  what: string;
  length?: number;
}

/** Stops what is played: two recordings at once tell nobody anything. */
let silence: () => void = () => {};

/** A button that plays a recording in the page; nothing is fetched before. */
export function Listen({ src, what, length }: Props) {
  const { t } = useTranslation("outcomes");
  const sound = useRef<HTMLAudioElement | null>(null);
  const [state, setState] = useState<"still" | "playing" | "failed">("still");
  const [at, setAt] = useState(0);
  useEffect(() => () => sound.current?.pause(), []);
  const stop = () => {
    sound.current?.pause();
    sound.current = null;
    setState("still");
    setAt(0);
  };
  const play = () => {
    silence();
    const made = new Audio(src);
    sound.current = made;
    silence = stop;
    made.addEventListener("timeupdate", () => sound.current === made && setAt(made.currentTime));
    made.addEventListener("ended", () => sound.current === made && stop());
    setState("playing");
    made.play().catch(() => {
      if (sound.current !== made) return; // stopped before it began
      sound.current = null;
      setState("failed");
    });
  };
  const playing = state === "playing";
  const label = t(playing ? "listen.stop" : "listen.play", { what });
  return (
    <span className={classes.listen} data-sound={state}>
      <Tooltip label={state === "failed" ? t("listen.failed") : label}>
        <ActionIcon
          variant={playing ? "filled" : "default"}
          radius="xl"
          aria-label={label}
          onClick={(event) => {
            event.stopPropagation(); // of the row that it stands in
            if (playing) stop();
            else play();
          }}
        >
          {playing ? <IconPlayerStopFilled size={14} /> : <IconPlayerPlayFilled size={14} />}
        </ActionIcon>
      </Tooltip>
      <span className={classes.length}>
        {playing && `${seconds(at)} / `}
        {length === undefined ? "" : t("listen.seconds", { seconds: seconds(length) })}
      </span>
      {state === "failed" && (
        <span role="alert" className={classes.failed}>
          {t("listen.failed")}
        </span>
      )}
    </span>
  );
}
