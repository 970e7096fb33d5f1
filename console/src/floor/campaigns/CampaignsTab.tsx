import { IconSpeakerphone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "../../api/me";
import { EmptyState } from "../../parts/EmptyState";
import type { BoardView } from "../board";
import { CampaignCard } from "./CampaignCard";
import classes from "./campaigns.module.css";
import { Idle } from "./Idle";

const ORDER = ["running", "paused", "stopped", "draft"];

/** Campaigns of this moment: how each is paced, why so, and how it keeps its promise. */
export default function CampaignsTab({ board }: { board: BoardView }) {
  const { t } = useTranslation("floor");
  const may = useMay();
  const shown = [...board.campaigns].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name),
  );
  return (
    <div className={classes.list}>
      {shown.map((campaign) => (
        <CampaignCard key={campaign.id} campaign={campaign} />
      ))}
      {!shown.length && (
        <EmptyState
          icon={<IconSpeakerphone size={32} />}
          title={t("campaign.none")}
          action={may("edit_campaigns") ? <Link to="/campaigns">{t("campaign.make")}</Link> : null}
        >
          {t("campaign.noneNext")}
        </EmptyState>
      )}
      <Idle known={board.campaigns.map((campaign) => campaign.id)} />
    </div>
  );
}
