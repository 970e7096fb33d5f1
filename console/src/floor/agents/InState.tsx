import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../live";
import { Ticker } from "../../parts/Ticker";
import { clock } from "../../parts/time";
import classes from "./agents.module.css";
import { beyond } from "./targets";

interface Props {
  since: string;
  /** Seconds that this may take; null: as long as it likes. */
  limit: number | null;
}

/** How long somebody is in a state; and in words when that is too long. */
export function InState({ since, limit }: Props) {
  const { t } = useTranslation("floor");
  const [over, setOver] = useState(0);
  useEffect(() => {
    const look = () => setOver(beyond(Date.parse(since), serverNow(), limit));
    look();
    const timer = limit === null ? undefined : setInterval(look, 1000);
    return () => clearInterval(timer);
  }, [since, limit]);
  return (
    <span className={classes.inState}>
      <Ticker since={since} />
      {over > 0 && <span className={classes.over}>{t("over", { time: clock(over) })}</span>}
    </span>
  );
}
