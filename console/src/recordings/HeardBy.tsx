import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { FaultText } from "../parts/FaultText";
import { moment } from "../parts/time";
import classes from "./recordings.module.css";

export const heardKey = (id: string) => ["recording", id, "heard"] as const;

/** Who has listened to it, or taken it, and when. */
export function HeardBy({ id }: { id: string }) {
  const { t, i18n } = useTranslation("recordings");
  const { data, error } = useQuery({
    queryKey: heardKey(id),
    queryFn: () =>
      ok(
        api.GET("/v1/recordings/{recording_id}/heard", { params: { path: { recording_id: id } } }),
      ),
  });
  return (
    <div>
      <h3>{t("heard.title")}</h3>
      <FaultText fault={error} />
      {data?.items.length === 0 && <p className="quiet">{t("heard.nobody")}</p>}
      <ul className={classes.heard}>
        {data?.items.map((one) => (
          <li key={`${one.at} ${one.who} ${one.act}`}>
            <span>{t(`heard.${one.act}`, { who: one.who })}</span>
            <time dateTime={one.at}>{moment(one.at, i18n.language)}</time>
          </li>
        ))}
      </ul>
      {data?.more && <p className="quiet">{t("heard.more")}</p>}
    </div>
  );
}
