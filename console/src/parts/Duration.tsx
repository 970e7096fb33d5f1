import { clock } from "./time";

/** A length of time; nothing known: a dash. */
export function Duration({ seconds }: { seconds: number | null | undefined }) {
  return <span>{seconds === null || seconds === undefined ? "–" : clock(seconds)}</span>;
}
