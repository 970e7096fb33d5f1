import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import type { DeskView } from "../api/schema";
import { useTopic } from "../live";
import { StatePill } from "../parts/StatePill";
import { Ticker } from "../parts/Ticker";

/** On any page but the desk: that a call is on, and the way back to it. */
export function BackToCall() {
  const { t } = useTranslation("app");
  const { pathname } = useLocation();
  const desk = useTopic<DeskView>("desk");
  if (!desk?.call || pathname === "/desk") return null;
  return (
    <Link to="/desk" data-testid="back-to-call">
      <StatePill state={desk.agent.state} size="lg" word={t("backToCall")}>
        <Ticker since={desk.agent.since} />
      </StatePill>
    </Link>
  );
}
