import { Tooltip } from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Metric.module.css";
import type texts from "./texts.en.json";

/** Every figure that is shown anywhere; its name and meaning are in this folder's texts. */
export type MetricName = keyof typeof texts;
type Values = Record<string, string | number>;

/** Names and meanings: `const { name, means } = useMetrics()`. */
export function useMetrics(): {
  name: (metric: MetricName) => string;
  means: (metric: MetricName, values?: Values) => string;
} {
  const { t } = useTranslation("metrics");
  return useMemo(
    () => ({
      name: (metric: MetricName) => t(`${metric}.name`),
      means: (metric: MetricName, values: Values = {}) => t(`${metric}.means`, values),
    }),
    [t],
  );
}

interface Props {
  of: MetricName;
  /** Places in the meaning, e.g. {seconds: 20}. */
  values?: Values;
  children: ReactNode;
}

/** A figure that says on hover, and to those who tab to it, what it means. */
export function Meaning({ of, values, children }: Props) {
  const { means } = useMetrics();
  return (
    <Tooltip
      label={means(of, values)}
      multiline
      maw={320}
      events={{ hover: true, focus: true, touch: true }}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its meaning opens on focus */}
      <span className={classes.meaning} tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  );
}

/** A name above, its value below. */
export function Figure({ of, values, children }: Props) {
  const { name } = useMetrics();
  return (
    <Meaning of={of} values={values}>
      <span className={classes.figure}>
        <span className={classes.name}>{name(of)}</span>
        <span className={classes.value}>{children}</span>
      </span>
    </Meaning>
  );
}
