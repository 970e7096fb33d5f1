import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Fault } from "../api/fault";
import { FaultText } from "../parts/FaultText";
import type { SaveState } from "./autosave";

/** Whether what was typed is safe. */
export function Saved({ state, fault }: { state: SaveState; fault: Fault | null }) {
  const { t } = useTranslation("desk");
  if (state === "refused") return <FaultText fault={fault} />;
  const words = {
    saved: t("save.saved"),
    waiting: t("save.saving"),
    saving: t("save.saving"),
    offline: t("save.offline"),
  };
  return (
    <Text
      size="xs"
      c={state === "offline" ? "var(--bad)" : "dimmed"}
      aria-live="polite"
      data-testid="save-state"
      data-state={state}
    >
      {words[state]}
    </Text>
  );
}
