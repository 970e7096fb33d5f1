import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { asFault } from "../api/fault";
import type { LegView, RecordingView } from "../api/schema";
import { FaultText } from "../parts/FaultText";
import { clock } from "../parts/time";
import classes from "./recordings.module.css";

/** Each person's part of the recorded call; calls of older days have none. */
export function useLegs(recording: RecordingView | undefined): UseQueryResult<LegView[]> {
  return useQuery({
    queryKey: ["recording", recording?.id, "legs"],
    queryFn: async () => {
      if (!recording) return [];
      try {
        return await partsOf(recording);
      } catch (error) {
        if (asFault(error).status === 404) return [];
        throw error;
      }
    },
    enabled: recording !== undefined,
  });
}

function partsOf({ id, direction }: RecordingView): Promise<LegView[]> {
  return direction === "outbound"
    ? ok(api.GET("/v1/attempts/{attempt_id}/legs", { params: { path: { attempt_id: id } } }))
    : ok(api.GET("/v1/callers/{recording_id}/legs", { params: { path: { recording_id: id } } }));
}

export function Legs({ legs, fault }: { legs: LegView[] | undefined; fault: unknown }) {
  const { t } = useTranslation("recordings");
  const shown = legs?.filter((leg) => leg.kind !== "customer") ?? [];
  return (
    <div>
      <h3>{t("legs.title")}</h3>
      <FaultText fault={fault} />
      {legs && !shown.length && <p className="quiet">{t("legs.none")}</p>}
      <ul className={classes.heard}>
        {shown.map((leg) => (
          <li key={leg.id}>
            <span>
              {leg.who || t(`floor:leg.${leg.kind}`)} ·{" "}
              {t(`floor:how.${leg.how}`, { defaultValue: leg.how })}
            </span>
            <span className="quiet">{leg.seconds === null ? "–" : clock(leg.seconds)}</span>
            {leg.note && <span className={classes.note}>{leg.note}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
