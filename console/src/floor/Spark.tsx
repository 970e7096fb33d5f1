import classes from "./floor.module.css";
import { KEPT_MS } from "./history";

interface Props {
  /** ms and value; null: not known then. */
  points: readonly (readonly [number, number | null])[];
}

const WIDTH = 160;
const HEIGHT = 24;

/** Steps through the points, as an SVG path; the last KEPT_MS end at the right edge. */
export function steps(points: readonly (readonly [number, number | null])[]): string {
  const known = points.filter((point): point is readonly [number, number] => point[1] !== null);
  const last = known.at(-1);
  if (!last || known.length < 2) return "";
  const top = Math.max(1, ...known.map(([, value]) => value));
  const x = (at: number) => (WIDTH * (1 - (last[0] - at) / KEPT_MS)).toFixed(1);
  const y = (value: number) => (HEIGHT - 1 - (HEIGHT - 2) * (value / top)).toFixed(1);
  const [first, ...rest] = known;
  if (!first) return "";
  return rest.reduce(
    (path, [at, value]) => `${path}H${x(at)}V${y(value)}`,
    `M${x(first[0])} ${y(first[1])}`,
  );
}

/** How a figure went of late. Its value stands beside it, so that it says nothing aloud. */
export function Spark({ points }: Props) {
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={steps(points)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
