import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { FaultText } from "../parts/FaultText";
import { PageHeader } from "../parts/PageHeader";
import { Made } from "./Made";
import { Order } from "./Order";

export const REPORTS = ["reports"] as const;

/** Reports for clients: asked for, followed, taken as files. */
export default function ReportsPage() {
  const { t } = useTranslation("reports");
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: REPORTS,
    queryFn: () => ok(api.GET("/v1/reports")),
    refetchInterval: (query) =>
      query.state.data?.some((one) => one.state === "running") ? 1000 : false,
  });
  return (
    <div className="page" data-page="reports">
      <PageHeader title={t("title")} />
      <Order onMade={() => void queries.invalidateQueries({ queryKey: REPORTS })} />
      <FaultText fault={error} again={() => void refetch()} />
      {!error && <Made reports={data} />}
    </div>
  );
}
