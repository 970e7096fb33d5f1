import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Meaning, type MetricName, useMetrics } from "../metrics";
import { Mark, STATES, type StateName, type Tone } from "../parts/StatePill";
import { Ticker } from "../parts/Ticker";
import type { BoardView } from "./board";
import { budgetLeft, type Sample, sample, tightest, waitingSince } from "./figures";
import classes from "./floor.module.css";
import { useHistory, useKeptHistory } from "./history";
import { count, share, tenths } from "./numbers";
import { Spark } from "./Spark";

interface Props {
  board: BoardView;
  /** The share of callers that must be served in time; null: nobody has said. */
  wantedShare: number | null;
  /** For those who are told of campaigns, and not of agents and callers. */
  campaignsOnly?: boolean;
}

/** The six figures that a supervisor looks at first. */
export function Strip({ board, wantedShare, campaignsOnly }: Props) {
  const { t } = useTranslation("floor");
  useKeptHistory();
  const now = sample(board);
  const { callers } = board;
  const seconds = callers.served_within_seconds;
  const short = wantedShare !== null && (now.serviceLevel ?? 1) < wantedShare;
  const tight = tightest(board.campaigns);
  const left = tight && budgetLeft(tight);
  const next = board.next_retries[0];
  return (
    <ul className={classes.strip} aria-label={t("strip")} data-few={campaignsOnly || undefined}>
      {!campaignsOnly && (
        <>
          <Tile of={(s) => s.talking}>
            <Agents metric="ready" state="ready" value={now.ready} />
            <Agents metric="talking" state="talking" value={now.talking} />
            <Agents metric="wrapping" state="wrapping" value={now.wrapping} />
            <Agents metric="away" state="not_ready" value={now.away} />
          </Tile>
          <Tile of={(s) => s.waiting}>
            <Big metric="waiting" tone={now.waiting ? "warn" : undefined}>
              {now.waiting}
            </Big>
            <Small metric="longestWait">
              {now.waiting ? <Ticker since={waitingSince(board)} /> : "–"}
            </Small>
          </Tile>
          <Tile of={(s) => s.serviceLevel}>
            <Big metric="serviceLevel" values={{ seconds }} tone={short ? "bad" : undefined}>
              {share(callers.service_level, 0)}
            </Big>
            {wantedShare !== null && <Small metric="serviceWanted">{share(wantedShare, 0)}</Small>}
          </Tile>
        </>
      )}
      <Tile of={(s) => s.lines}>
        <Big metric="lines">{count(now.lines)}</Big>
        <Small metric="ringing">{count(now.ringing)}</Small>
      </Tile>
      <Tile of={(s) => s.answered}>
        <Big metric="answered">{count(now.answered)}</Big>
        <Small metric="abandoned">{count(now.abandoned)}</Small>
        <Small
          metric="budgetLeft"
          tone={left !== null && left < 0 ? "bad" : undefined}
          hint={tight?.name}
        >
          {tenths(left)}
        </Small>
      </Tile>
      <Tile of={(s) => s.retries}>
        <Big metric="nextRetries">{count(now.retries)}</Big>
        {next && (
          <Small metric="nextDue" hint={next.name}>
            <Ticker until={next.due_at} />
          </Small>
        )}
      </Tile>
    </ul>
  );
}

function Tile({ of, children }: { of: (one: Sample) => number | null; children: ReactNode }) {
  const history = useHistory();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `of` never changes for a tile
  const points = useMemo(() => history.map((one) => [one.at, of(one)] as const), [history]);
  return (
    <li className={classes.tile}>
      <div className={classes.figures}>{children}</div>
      <Spark points={points} />
    </li>
  );
}

interface FigureProps {
  metric: MetricName;
  values?: Record<string, number>;
  tone?: Tone | undefined;
  hint?: string | undefined;
  children: ReactNode;
}

function Big({ metric, values, tone, children }: FigureProps) {
  const { name } = useMetrics();
  return (
    <Meaning of={metric} values={values}>
      <span className={classes.big} data-tone={tone}>
        <span className={classes.name}>{name(metric)}</span>
        <strong>{children}</strong>
      </span>
    </Meaning>
  );
}

function Small({ metric, tone, hint, children }: FigureProps) {
  const { name } = useMetrics();
  return (
    <Meaning of={metric}>
      <span className={classes.small} data-tone={tone} title={hint}>
        <span className={classes.name}>{name(metric)}</span>
        <span>{children}</span>
      </span>
    </Meaning>
  );
}

function Agents({ metric, state, value }: { metric: MetricName; state: StateName; value: number }) {
  const { name } = useMetrics();
  const [tone, shape] = STATES[state];
  return (
    <Meaning of={metric}>
      <span className={classes.agents} data-tone={tone}>
        <span className={classes.name}>{name(metric)}</span>
        <strong>
          <Mark shape={shape} /> {value}
        </strong>
      </span>
    </Meaning>
  );
}
