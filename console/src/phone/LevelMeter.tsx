import { useEffect, useRef } from "react";
import { usePhone } from ".";
import classes from "./phone.module.css";
import { meter } from "./sound";

/** How loud it is now, drawn beside React: ten times a second. */
export function LevelMeter({ side }: { side: "mic" | "far" }) {
  const { phone } = usePhone();
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!phone) return;
    const timer = setInterval(() => {
      if (bar.current) bar.current.style.transform = `scaleX(${meter(phone.level(side))})`;
    }, 100);
    return () => clearInterval(timer);
  }, [phone, side]);
  return (
    <span className={classes.meter} aria-hidden="true">
      <span ref={bar} className={classes.level} />
    </span>
  );
}
