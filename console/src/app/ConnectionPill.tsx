import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { link, useLinkState } from "../live";
import { StatePill } from "../parts/StatePill";

/** Says nothing while all is well; else that what is shown may be old, and tries again at once. */
export function ConnectionPill() {
  const { t } = useTranslation("app");
  const state = useLinkState();
  if (state === "up") return <span className="only-read-aloud">{t("link.up")}</span>;
  return (
    <UnstyledButton onClick={link.connectNow} aria-live="polite" data-testid="link-state">
      <StatePill state={state} hint={t("link.hint")} />
    </UnstyledButton>
  );
}
