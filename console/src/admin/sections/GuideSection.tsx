import { Button, Select, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import { useMe } from "../../api/me";
import { useCampaigns } from "../../campaigns/api";
import { Panel } from "../../parts/form/Panel";
import { PageHeader } from "../../parts/PageHeader";
import { StatePill } from "../../parts/StatePill";
import classes from "../admin.module.css";
import { SITE, useAgents, useSite, useTrunks, useUsers } from "../api";
import { steps } from "../guide";
import { TestCall } from "./TestCall";

/** From an empty house to a first call, step by step; knows what is done. */
export function GuideSection() {
  const { t } = useTranslation("admin");
  const me = useMe();
  const queries = useQueryClient();
  const site = useSite().data;
  const trunks = useTrunks().data;
  const campaigns = useCampaigns().data;
  const [trunk, setTrunk] = useState<string | null>(null);
  const [called, setCalled] = useState(false);
  const lists = useQuery({
    queryKey: ["guide-lists", campaigns?.map((one) => one.id)],
    queryFn: async () => {
      for (const { id } of (campaigns ?? []).slice(0, 10)) {
        const path = { params: { path: { campaign_id: id } } };
        const found = await ok(api.GET("/v1/campaigns/{campaign_id}/imports", path));
        if (found.some((one) => one.accepted > 0)) return true;
      }
      return false;
    },
    enabled: (campaigns?.length ?? 0) > 0,
  }).data;
  const all = steps({
    me: me.name,
    users: useUsers().data,
    trunks,
    agents: useAgents().data,
    campaigns,
    lists,
    called: called || (site?.guide_done ?? false),
  });
  const next = all.find((one) => one.done === false)?.key;
  const finish = useAct(
    () => ok(api.PUT("/v1/site", { body: { guide_done: true } })),
    (saved) => queries.setQueryData(SITE, saved),
  );
  const answered = () => {
    setCalled(true);
    if (!site?.guide_done) finish.act();
  };
  const chosen = trunk ?? trunks?.default ?? null;
  return (
    <>
      <PageHeader title={t("guide.title")} />
      <Panel title={t("guide.heading")}>
        <Text size="sm" c="dimmed" mb={8}>
          {t("guide.means")}
        </Text>
        <ol className={classes.steps}>
          {all.map((step) => (
            <li key={step.key} aria-current={step.key === next ? "step" : undefined}>
              <StatePill
                state={step.done === null ? "connecting" : step.done ? "ok" : "off"}
                word={t(
                  step.done === null ? "guide.looking" : step.done ? "guide.done" : "guide.open",
                )}
              />
              <span>
                <Text size="sm" fw={600}>
                  {t(`guide.step.${step.key}`)}
                </Text>
                <Text size="sm" c="dimmed">
                  {t(`guide.why.${step.key}`)}
                </Text>
              </span>
              {step.to && (
                <Button
                  component={Link}
                  to={step.to}
                  variant={step.key === next ? "filled" : "default"}
                >
                  {t("guide.go")}
                </Button>
              )}
            </li>
          ))}
        </ol>
      </Panel>
      <div style={{ marginTop: 12 }}>
        <Panel title={t("guide.step.call")}>
          {trunks && trunks.items.length > 1 && (
            <Select
              label={t("guide.by")}
              data={trunks.items.map((one) => one.name)}
              value={chosen}
              onChange={setTrunk}
              w={240}
              mb={8}
            />
          )}
          {chosen && trunks?.items.length ? (
            <TestCall key={chosen} trunk={chosen} onAnswered={answered} />
          ) : (
            <Text size="sm">{t("guide.noTrunk")}</Text>
          )}
        </Panel>
      </div>
    </>
  );
}
