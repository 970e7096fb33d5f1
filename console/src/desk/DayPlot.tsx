import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { HourOfDay } from "./types";

const HEIGHT = 72;
const BAR = 20;
const GAP = 6;

/** Calls by hour, successes within; from the first hour of work to the last, eight at least. */
export function DayPlot({ hours }: { hours: readonly HourOfDay[] }) {
  const { t } = useTranslation("desk");
  const busy = hours.filter((hour) => hour.calls > 0).map(({ hour }) => hour);
  const first = Math.min(busy.length ? Math.min(...busy) : 9, 15);
  const last = Math.max(busy.length ? Math.max(...busy) : 17, Math.min(first + 8, 23));
  const most = Math.max(1, ...hours.map((hour) => hour.calls));
  const shown = Array.from({ length: last - first + 1 }, (_, index) => {
    const hour = first + index;
    return hours.find((one) => one.hour === hour) ?? { hour, calls: 0, successes: 0 };
  });
  const width = shown.length * (BAR + GAP);
  const total = hours.reduce((sum, { calls }) => sum + calls, 0);
  if (total === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("idle.noCalls")}
      </Text>
    );
  }
  return (
    <svg
      viewBox={`0 0 ${width} ${HEIGHT + 28}`}
      width={width}
      style={{ maxWidth: "100%" }}
      role="img"
      aria-label={t("idle.plot", { count: total })}
    >
      {shown.map(({ hour, calls, successes }, index) => {
        const x = index * (BAR + GAP) + GAP / 2;
        const tall = (calls / most) * HEIGHT;
        const good = (successes / most) * HEIGHT;
        return (
          <g key={hour} fontSize="11" textAnchor="middle" fill="var(--text-dim)">
            <title>{t("idle.hour", { hour, calls, successes })}</title>
            <rect
              x={x}
              y={14 + HEIGHT - Math.max(tall, 1)}
              width={BAR}
              height={Math.max(tall, 1)}
              fill="var(--busy)"
              opacity={calls ? 0.45 : 0.2}
            />
            <rect x={x} y={14 + HEIGHT - good} width={BAR} height={good} fill="var(--good)" />
            {calls > 0 && (
              <text x={x + BAR / 2} y={10 + HEIGHT - tall}>
                {calls}
              </text>
            )}
            <text x={x + BAR / 2} y={HEIGHT + 26}>
              {hour}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
