import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, ok } from "../../api/client";
import { useTopic } from "../../live";
import { extended, fromSeries, type Plotted } from "./pacing";

export const PLOT_MINUTES = 15;

/** What of `campaigns/+/pacing` the plot shows. */
interface Told {
  at: string;
  dialled_last_minute: number;
  ringing: number;
  free: number;
  budget_left: number | null;
  answered: number;
  abandoned: number;
  abandon_target: number;
}

/** A campaign's last minutes: those that are kept, and then each second as the link tells it. */
export function usePacing(campaign: number): readonly Plotted[] {
  const [points, setPoints] = useState<Plotted[]>([]);
  const { data } = useQuery({
    queryKey: ["pacing", campaign],
    queryFn: () =>
      ok(
        api.GET("/v1/campaigns/{campaign_id}/pacing/series", {
          params: { path: { campaign_id: campaign }, query: { minutes: PLOT_MINUTES } },
        }),
      ),
  });
  const told = useTopic<Told>(`campaigns/${campaign}/pacing`);
  useEffect(() => {
    if (data) setPoints(fromSeries(data.points));
  }, [data]);
  useEffect(() => {
    if (!told) return;
    setPoints((before) => extended(before, plotted(told), PLOT_MINUTES * 60));
  }, [told]);
  return points;
}

function plotted(told: Told): Plotted {
  return {
    at: Date.parse(told.at) / 1000,
    dialled: told.dialled_last_minute,
    ringing: told.ringing,
    free: told.free,
    budget: told.abandon_target * told.answered - told.abandoned,
  };
}
