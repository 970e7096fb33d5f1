import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./StatePill.module.css";

export type Tone = "good" | "busy" | "warn" | "bad" | "calm" | "rare";
type Shape = "disc" | "ring" | "square" | "triangle" | "diamond" | "bars" | "dash" | "cross";

/** Every state that people see: its colour, its shape; its word is `parts:state.<name>`. */
export const STATES = {
  signed_out: ["calm", "dash"],
  not_ready: ["warn", "bars"],
  ready: ["good", "disc"],
  reserved: ["rare", "diamond"],
  talking: ["busy", "square"],
  wrapping: ["rare", "triangle"],
  draft: ["calm", "ring"],
  running: ["good", "disc"],
  paused: ["warn", "bars"],
  stopped: ["calm", "square"],
  finished: ["calm", "dash"],
  ringing: ["rare", "diamond"],
  held: ["warn", "bars"],
  gone: ["calm", "dash"],
  ok: ["good", "disc"],
  up: ["good", "disc"],
  connecting: ["warn", "ring"],
  lost: ["bad", "cross"],
  warning: ["warn", "triangle"],
  error: ["bad", "cross"],
  waiting: ["calm", "ring"],
  due: ["good", "disc"],
  in_flight: ["busy", "square"],
  closed: ["calm", "dash"],
  on: ["bad", "disc"],
  off: ["calm", "ring"],
} as const satisfies Record<string, readonly [Tone, Shape]>;

export type StateName = keyof typeof STATES;

const SHAPES: Record<Shape, ReactNode> = {
  disc: <circle cx="5" cy="5" r="4.2" fill="currentColor" />,
  ring: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  square: <rect x="1" y="1" width="8" height="8" rx="1.2" fill="currentColor" />,
  triangle: <path d="M5 0.8 9.4 9H0.6Z" fill="currentColor" />,
  diamond: <path d="M5 0.2 9.8 5 5 9.8 0.2 5Z" fill="currentColor" />,
  bars: <path d="M1.4 1h2.4v8H1.4zM6.2 1h2.4v8H6.2z" fill="currentColor" />,
  dash: <rect x="0.8" y="3.8" width="8.4" height="2.4" rx="1" fill="currentColor" />,
  cross: <path d="M1.6 1.6l6.8 6.8M8.4 1.6l-6.8 6.8" stroke="currentColor" strokeWidth="2" />,
};

export function Mark({ shape }: { shape: Shape }) {
  return (
    <svg className={classes.mark} viewBox="0 0 10 10" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  );
}

interface Props {
  state: string;
  /** Instead of the state's own word. */
  word?: string;
  /** After the word, e.g. the reason or a <Ticker/>. */
  children?: ReactNode;
  hint?: string;
  size?: "sm" | "lg";
}

/** A state in colour, shape and word. Unknown states show their own name, calmly. */
export function StatePill({ state, word, children, hint, size = "sm" }: Props) {
  const { t } = useTranslation("parts");
  const known = state in STATES;
  const [tone, shape] = known ? STATES[state as StateName] : (["calm", "ring"] as const);
  const pill = (
    <span className={classes.pill} data-tone={tone} data-size={size} data-state={state}>
      <Mark shape={shape} />
      <span>{word ?? (known ? t(`state.${state}`) : state)}</span>
      {children}
    </span>
  );
  return hint ? <Tooltip label={hint}>{pill}</Tooltip> : pill;
}
