import { Skeleton, Stack, Tabs } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Right } from "../api/me";
import { useMay, useMe } from "../api/me";
import { useActs } from "../app/acts";
import { useLinkState } from "../live";
import { AgentsTab } from "./agents/AgentsTab";
import { type BoardView, useBoard, useSite } from "./board";
import { CallsTab } from "./calls/CallsTab";
import classes from "./floor.module.css";
import { IncidentsTab } from "./incidents/IncidentsTab";
import { QueuesTab } from "./queues/QueuesTab";
import { Strip } from "./Strip";

// The plots are the heaviest part of the page.
const CampaignsTab = lazy(() => import("./campaigns/CampaignsTab"));

const TABS = ["agents", "calls", "queues", "campaigns", "incidents"] as const;
type Tab = (typeof TABS)[number];
const NEEDS: Partial<Record<Tab, Right>> = { incidents: "run_floor", campaigns: "see_campaigns" };

/** The supervisor's floor: six figures, and below them agents, calls, queues, campaigns. */
export default function FloorPage() {
  const { t } = useTranslation("floor");
  const may = useMay();
  const board = useBoard();
  const site = useSite();
  const stale = useLinkState() !== "up";
  const [address, setAddress] = useSearchParams();
  // A client's observer is told of the client's campaigns only, of no people.
  const own = useMe().client_id !== null;
  const offered = TABS.filter((tab) =>
    own ? tab === "campaigns" : !NEEDS[tab] || may(NEEDS[tab]),
  );
  const asked = address.get("tab") as Tab | null;
  const open = asked && offered.includes(asked) ? asked : (offered[0] ?? "agents");
  const go = (tab: string | null) => setAddress(tab && tab !== offered[0] ? { tab } : {});
  useActs(
    offered.map((tab) => ({ id: `floor-${tab}`, label: t(`tab.${tab}`), run: () => go(tab) })),
  );

  return (
    <div className={classes.page} data-page="floor">
      <h1 className="only-read-aloud">{t("title")}</h1>
      {board ? (
        <div className={stale ? classes.stale : undefined}>
          <Strip
            board={board}
            wantedShare={site?.service_level?.share ?? null}
            campaignsOnly={own}
          />
        </div>
      ) : (
        <Skeleton height={88} />
      )}
      <Tabs value={open} onChange={go} className={classes.tabs} keepMounted={false}>
        <Tabs.List>
          {offered.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`tab.${tab}`)}
              <Count tab={tab} board={board} />
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={open} className={classes.tab}>
          {board ? (
            <Suspense fallback={<Waiting />}>
              {open === "agents" && <AgentsTab board={board} site={site} />}
              {open === "calls" && <CallsTab board={board} />}
              {open === "queues" && <QueuesTab board={board} />}
              {open === "campaigns" && <CampaignsTab board={board} />}
              {open === "incidents" && <IncidentsTab board={board} />}
            </Suspense>
          ) : (
            <Waiting />
          )}
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

function Count({ tab, board }: { tab: Tab; board: BoardView | undefined }) {
  if (!board) return null;
  const count = {
    agents: board.agents.filter((agent) => agent.state !== "signed_out").length,
    queues: board.callers.waiting,
    campaigns: board.campaigns.filter((campaign) => campaign.state === "running").length,
    calls: null,
    incidents: null,
  }[tab];
  return count ? <span className={classes.count}>{count}</span> : null;
}

function Waiting() {
  return (
    <Stack gap={8}>
      <Skeleton height={28} />
      <Skeleton height={160} />
    </Stack>
  );
}
