import { useTranslation } from "react-i18next";
import { StatePill } from "../parts/StatePill";

/** Where a lead is, with what that means on hover. */
export function LeadState({ state }: { state: string }) {
  const { t } = useTranslation("leads");
  return <StatePill state={state} hint={t(`stateMeans.${state}`)} />;
}
