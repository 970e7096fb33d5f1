import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/** An outcome's word; the floor has them. */
export function useOutcomeWord(): (outcome: string) => string {
  const { t } = useTranslation("floor");
  return useCallback((outcome) => t(`outcome.${outcome}`, { defaultValue: outcome }), [t]);
}
