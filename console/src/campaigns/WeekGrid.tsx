import { TextInput } from "@mantine/core";
import { type PointerEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./campaigns.module.css";
import { CELLS, cellsOf, DAYS, type Day, readSpans, spansOf, writeSpans } from "./week";

export type Week = Record<Day, string[]>;

interface Props {
  week: Week;
  onChange: (week: Week) => void;
  wrong?: (day: Day) => string | undefined;
  readOnly?: boolean;
}

/** Seven days of calling times: painted with the mouse, or written. */
export function WeekGrid({ week, onChange, wrong, readOnly }: Props) {
  const { t } = useTranslation("campaigns");
  return (
    <div className={classes.week}>
      <span />
      <span className={classes.hours} aria-hidden="true">
        {["00", "06", "12", "18", "24"].map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </span>
      <span />
      {DAYS.map((day) => (
        <DayRow
          key={day}
          name={t(`day.${day}`)}
          spans={week[day]}
          wrong={wrong?.(day)}
          readOnly={readOnly}
          onChange={(spans) => onChange({ ...week, [day]: spans })}
        />
      ))}
    </div>
  );
}

interface RowProps {
  name: string;
  spans: string[];
  wrong: string | undefined;
  readOnly: boolean | undefined;
  onChange: (spans: string[]) => void;
}

function DayRow({ name, spans, wrong, readOnly, onChange }: RowProps) {
  const { t } = useTranslation("campaigns");
  const [written, setWritten] = useState<string | null>(null);
  const text = written ?? spans.join(", ");
  const read = readSpans(text);
  return (
    <>
      <span>{name}</span>
      <Bar
        spans={spans}
        readOnly={readOnly}
        onChange={(painted) => {
          setWritten(null);
          onChange(painted);
        }}
      />
      <TextInput
        aria-label={t("timesOf", { day: name })}
        value={text}
        placeholder={t("closed")}
        readOnly={readOnly}
        error={read === null ? t("badTimes") : wrong}
        onChange={(event) => {
          const value = event.currentTarget.value;
          setWritten(value);
          const now = readSpans(value);
          if (now) onChange(writeSpans(now));
        }}
        onBlur={() => read && setWritten(null)}
      />
    </>
  );
}

/** Half hours to be painted. For the eye and the mouse; the field beside it is for everybody. */
function Bar({
  spans,
  readOnly,
  onChange,
}: {
  spans: string[];
  readOnly?: boolean;
  onChange: (spans: string[]) => void;
}) {
  const cells = cellsOf(readSpans(spans.join(",")) ?? []);
  const brush = useRef<boolean | null>(null);
  const paint = (event: PointerEvent<HTMLDivElement>) => {
    if (brush.current === null || readOnly) return;
    const box = event.currentTarget.getBoundingClientRect();
    const cell = Math.floor(((event.clientX - box.left) / box.width) * CELLS);
    if (cell < 0 || cell >= CELLS || cells[cell] === brush.current) return;
    cells[cell] = brush.current;
    onChange(writeSpans(spansOf(cells)));
  };
  const begin = (event: PointerEvent<HTMLDivElement>) => {
    if (readOnly) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    const cell = Math.floor(((event.clientX - box.left) / box.width) * CELLS);
    brush.current = !cells[cell];
    paint(event);
  };
  return (
    <div
      className={classes.bar}
      aria-hidden="true"
      onPointerDown={begin}
      onPointerMove={paint}
      onPointerUp={() => {
        brush.current = null;
      }}
    >
      {cells.map((on, cell) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a half hour is its place
        <span key={cell} data-on={on || undefined} />
      ))}
    </div>
  );
}
