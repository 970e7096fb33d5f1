import { Button } from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/me";
import { Figure } from "../../metrics";
import { StatePill } from "../../parts/StatePill";
import type { CampaignView } from "../board";
import { budgetLeft } from "../figures";
import { count, share, tenths } from "../numbers";
import { Acts } from "./Acts";
import classes from "./campaigns.module.css";
import { Outcomes } from "./Outcomes";
import { PacingForm } from "./PacingForm";
import { PacingPlot } from "./PacingPlot";
import { PLOT_MINUTES, usePacing } from "./usePacing";

/** One campaign: plot, reason, promise, leads, outcomes; and what a supervisor may change. */
export function CampaignCard({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation("floor");
  const may = useMay();
  const [open, setOpen] = useState(false);
  const points = usePacing(campaign.id);
  const changeable = may("run_campaigns") && campaign.state !== "stopped";
  return (
    <article className={classes.card} aria-label={campaign.name} data-campaign={campaign.id}>
      <header className={classes.head}>
        <h2>{campaign.name}</h2>
        <StatePill state={campaign.state} />
        <span className="quiet" title={t(`mode.${campaign.mode}.means`)}>
          {t(`mode.${campaign.mode}.name`)}
        </span>
        <Acts id={campaign.id} state={campaign.state} />
        {changeable && (
          <Button
            variant="default"
            leftSection={<IconAdjustments size={14} />}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {t("campaign.change")}
          </Button>
        )}
      </header>
      <p className={classes.reason}>{campaign.reason}</p>
      <div className={classes.body}>
        <PacingPlot points={points} seconds={PLOT_MINUTES * 60} />
        <div>
          <Figures campaign={campaign} />
        </div>
      </div>
      <Outcomes outcomes={campaign.outcomes} />
      {open && changeable && <PacingForm campaign={campaign} onDone={() => setOpen(false)} />}
    </article>
  );
}

function Figures({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation("floor");
  const { pacing, leads } = campaign;
  const left = budgetLeft(campaign);
  return (
    <div className={classes.figures}>
      <Figure of="lines">{count(campaign.lines)}</Figure>
      <Figure of="hopper">{count(campaign.hopper)}</Figure>
      <Figure of="answerProbability">{share(pacing?.answer_probability, 0)}</Figure>
      <Figure of="attempts">{count(campaign.attempts)}</Figure>
      <Figure of="answered">{count(campaign.answered)}</Figure>
      <Figure of="connected">{count(campaign.bridged)}</Figure>
      <Figure of="abandonRate">
        <span className={left !== null && left < 0 ? classes.broken : undefined}>
          {share(pacing?.abandon_rate ?? campaign.abandon_rate)}
        </span>
        <small className="quiet">
          {" "}
          {t("campaign.ofTarget", { target: share(campaign.abandon_target) })}
        </small>
      </Figure>
      <Figure of="abandonHigh">{share(pacing?.abandon_high)}</Figure>
      <Figure of="budgetLeft">
        <span className={left !== null && left < 0 ? classes.broken : undefined}>
          {tenths(left)}
        </span>
      </Figure>
      <Figure of="nextRetries">{count(campaign.retries_waiting)}</Figure>
      <Figure of="lists">{count(Object.values(leads).reduce((sum, n) => sum + n, 0))}</Figure>
      <Figure of="machines">{count(campaign.machines_taken_back)}</Figure>
    </div>
  );
}
