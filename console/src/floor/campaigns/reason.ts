import { useTranslation } from "react-i18next";
import type { CampaignView } from "../board";
import { budgetLeft } from "../figures";
import { tenths } from "../numbers";

/**
 * The pacer's reason in one sentence. The service says it in English; other languages have it made
 * of the same figures.
 */
export function useReason(): (campaign: CampaignView) => string {
  const { t, i18n } = useTranslation("floor");
  return (campaign) => {
    const { pacing } = campaign;
    if (i18n.language === "en") return campaign.reason;
    if (!pacing) return t("campaign.noCalls", { state: t(`parts:state.${campaign.state}`) });
    return t("campaign.reason", {
      dialled: pacing.dialled,
      ready: pacing.ready,
      free: tenths(pacing.expected_free),
      under: pacing.placed + pacing.ringing,
      answers: tenths(pacing.expected_answers),
      budget: tenths(budgetLeft(campaign)),
      bound: t(`bound.${pacing.bound_by}`, { defaultValue: pacing.bound_by }),
    });
  };
}
