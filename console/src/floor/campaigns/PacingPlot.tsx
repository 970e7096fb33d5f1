import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useMetrics } from "../../metrics";
import classes from "./campaigns.module.css";
import type { Plotted } from "./pacing";

const HEIGHT = 196;

/** Lines dialled, ringing calls, free agents, and how much of the promise is left. */
export function PacingPlot({ points, seconds }: { points: readonly Plotted[]; seconds: number }) {
  const { t, i18n } = useTranslation("floor");
  const { name } = useMetrics();
  const scheme = useComputedColorScheme("light");
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);

  // A new plot for another language or colours; new points only move the lines.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `scheme` is read through the page's CSS
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(
      options(element, name, { language: i18n.language, time: t("campaign.time") }),
      [[]],
      element,
    );
    plot.current = made;
    const watch = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [name, t, i18n.language, scheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plot needs the points again
  useEffect(() => {
    const last = points.at(-1)?.at ?? Date.now() / 1000;
    plot.current?.setData(
      [
        points.map((one) => one.at),
        points.map((one) => one.dialled),
        points.map((one) => one.ringing),
        points.map((one) => one.free),
        points.map((one) => one.budget),
      ],
      false,
    );
    plot.current?.setScale("x", { min: last - seconds, max: last });
  }, [points, seconds, name, i18n.language, scheme]);

  return <div ref={place} className={classes.plot} role="img" aria-label={t("campaign.plot")} />;
}

function options(
  element: HTMLElement,
  name: (metric: "dialledLastMinute" | "ringing" | "freeAgents" | "budgetLeft") => string,
  texts: { language: string; time: string },
): uPlot.Options {
  const css = getComputedStyle(element);
  const colour = (token: string) => css.getPropertyValue(token).trim();
  const axis = (more: uPlot.Axis): uPlot.Axis => ({
    stroke: colour("--text-dim"),
    font: `11px ${css.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    ...more,
  });
  const time = new Intl.DateTimeFormat(texts.language === "zh" ? "zh-CN" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const line = (label: string, stroke: string, more: Partial<uPlot.Series> = {}): uPlot.Series => ({
    label,
    stroke,
    width: 1.5,
    points: { show: false },
    paths: uPlot.paths.stepped?.({ align: 1 }),
    value: (_, value) => (value === null || value === undefined ? "–" : String(round(value))),
    ...more,
  });
  return {
    width: element.clientWidth || 480,
    height: HEIGHT,
    cursor: { points: { size: 6 }, y: false },
    scales: {
      x: { time: true },
      y: { range: (_, __, top) => [0, Math.max(4, top * 1.1)] },
      budget: { range: (_, low, top) => [Math.min(0, low ?? 0), Math.max(1, (top ?? 0) * 1.1)] },
    },
    axes: [
      axis({
        values: (_, ticks) => ticks.map((at) => time.format(at * 1000).slice(0, 5)),
        size: 24,
      }),
      axis({ size: 32 }),
      axis({ scale: "budget", side: 1, size: 36, grid: { show: false } }),
    ],
    series: [
      { label: texts.time, value: (_, at) => (at ? time.format(at * 1000) : "–") },
      line(name("dialledLastMinute"), colour("--accent"), { fill: `${colour("--accent")}1f` }),
      line(name("ringing"), colour("--rare")),
      line(name("freeAgents"), colour("--good")),
      line(name("budgetLeft"), colour("--warn"), { scale: "budget", dash: [4, 3] }),
    ],
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
