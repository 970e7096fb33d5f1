import { useEffect, useState } from "react";
import { serverNow } from "../live";
import { wallClock } from "./zone";

/** The time where the person lives, by the minute. */
export function TheirClock({ zone }: { zone: string }) {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span title={zone}>
      {wallClock(new Date(now), zone).time} ({zone})
    </span>
  );
}
