import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { useTopics } from "../../live";
import { StatePill } from "../../parts/StatePill";
import { Acts } from "./Acts";
import classes from "./campaigns.module.css";

/** Campaigns that have not dialled since the service started: they can be started here. */
export function Idle({ known }: { known: number[] }) {
  const { t } = useTranslation("floor");
  const states = useTopics("campaigns/+/state");
  const { data, refetch } = useQuery({
    queryKey: ["campaigns"],
    queryFn: () => ok(api.GET("/v1/campaigns")),
  });
  useEffect(() => {
    if (states.size) void refetch();
  }, [states, refetch]);
  const idle = data?.filter(({ id, state }) => !known.includes(id) && state !== "stopped") ?? [];
  if (!idle.length) return null;
  return (
    <section className={classes.card} aria-label={t("campaign.idle")}>
      <strong>{t("campaign.idle")}</strong>
      {idle.map((campaign) => (
        <div key={campaign.id} className={classes.head}>
          <span>{campaign.name}</span>
          <StatePill state={campaign.state} />
          <span className="quiet">{t(`mode.${campaign.mode}.name`)}</span>
          <Acts id={campaign.id} state={campaign.state} />
        </div>
      ))}
    </section>
  );
}
