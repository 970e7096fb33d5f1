import { IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { queries } from "../../api/queries";
import type { IncidentView } from "../../api/schema";
import { useEvent } from "../../live";
import { EmptyState } from "../../parts/EmptyState";
import { FaultText } from "../../parts/FaultText";
import { StatePill } from "../../parts/StatePill";
import { moment } from "../../parts/time";
import type { BoardView } from "../board";
import classes from "./incidents.module.css";

const KEY = ["incidents"] as const;

/** What the watchdog and the others saw, the newest first, and what to do about it. */
export function IncidentsTab({ board }: { board: BoardView }) {
  const { t, i18n } = useTranslation("floor");
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => ok(api.GET("/v1/incidents", { params: { query: { limit: 200 } } })),
  });
  useEvent<IncidentView>("incidents", (incident) => {
    queries.setQueryData<IncidentView[]>(KEY, (before) => [incident, ...(before ?? [])]);
  });
  return (
    <>
      <Watchdog link={board.link} />
      <FaultText fault={error} again={() => void refetch()} />
      <ul className={classes.list} aria-label={t("tab.incidents")}>
        {data?.map((incident) => (
          <li key={`${incident.at} ${incident.kind} ${incident.text}`} className={classes.incident}>
            <StatePill state={incident.severity} />
            <div>
              <strong>
                {t(`incident.kind.${incident.kind}`, { defaultValue: incident.text })}
              </strong>
              <p>{incident.text}</p>
              <p className="quiet">
                {t(`cure.${incident.kind}`, { defaultValue: t("cure.other") })}
              </p>
            </div>
            <time dateTime={incident.at}>{moment(incident.at, i18n.language)}</time>
          </li>
        ))}
      </ul>
      {data?.length === 0 && (
        <EmptyState icon={<IconShieldCheck size={32} />} title={t("incident.none")}>
          {t("incident.noneNext")}
        </EmptyState>
      )}
    </>
  );
}

/** Whether our picture of the calls is the PBX's. */
function Watchdog({ link }: { link: BoardView["link"] }) {
  const { t } = useTranslation("floor");
  return (
    <p className={classes.watchdog}>
      <StatePill state={link.up ? "up" : "lost"} word={t(link.up ? "pbx.up" : "pbx.lost")} />
      <span className="quiet">
        {t("pbx.compared", { samples: link.samples, mismatches: link.mismatches })}
        {link.events_dropped > 0 && ` ${t("pbx.dropped", { count: link.events_dropped })}`}
      </span>
    </p>
  );
}
