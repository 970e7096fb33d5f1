import { Anchor, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, ok } from "../../api/client";
import { FaultText } from "../../parts/FaultText";
import { clock, moment } from "../../parts/time";
import type { BoardAgentView } from "../board";
import classes from "./agents.module.css";

const SHOWN = 6;

/** The agent's last recorded calls; each opens its recording. */
export function LastCalls({ agent }: { agent: BoardAgentView }) {
  const { t, i18n } = useTranslation("floor");
  const { data, error } = useQuery({
    // Again after each call.
    queryKey: ["recordings", "of agent", agent.id, agent.calls_today],
    queryFn: () =>
      ok(api.GET("/v1/recordings", { params: { query: { agent: agent.id, limit: SHOWN } } })),
    placeholderData: (before) => before,
  });
  return (
    <section className={classes.section} aria-label={t("last.title")}>
      <h3>{t("last.title")}</h3>
      {!data && !error && <Skeleton height={56} />}
      <FaultText fault={error} />
      {data?.items.length === 0 && <p className="quiet">{t("last.none")}</p>}
      <ul className={classes.last}>
        {data?.items.map((call) => (
          <li key={call.id}>
            <Anchor component={Link} size="sm" to={address(agent.id, call.id)}>
              {moment(call.started_at, i18n.language)} · {call.number}
            </Anchor>
            <span>
              {(i18n.language === "zh" && call.disposition_label_zh) ||
                call.disposition_label ||
                t(`outcome.${call.outcome}`, { defaultValue: call.outcome })}
            </span>
            <span>{call.seconds === null ? "" : clock(call.seconds)}</span>
          </li>
        ))}
      </ul>
      {data && data.items.length > 0 && (
        <Anchor component={Link} size="sm" to={address(agent.id)}>
          {t("last.all")}
        </Anchor>
      )}
    </section>
  );
}

function address(agent: number, open = ""): string {
  const query = new URLSearchParams({ agent: String(agent), ...(open && { open }) });
  return `/recordings?${query}`;
}
