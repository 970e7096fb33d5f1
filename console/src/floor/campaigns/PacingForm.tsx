import { Button, NumberInput, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import type { Campaign } from "../../api/schema";
import { FaultText } from "../../parts/FaultText";
import type { CampaignView } from "../board";
import classes from "./campaigns.module.css";

type Mode = Campaign["mode"];

const MODES: readonly Mode[] = [
  "manual",
  "preview",
  "progressive",
  "power",
  "predictive",
  "agentless",
];

/** Mode and abandon target, with what a change will do. It is taken at once; calls go on. */
export function PacingForm({ campaign, onDone }: { campaign: CampaignView; onDone: () => void }) {
  const { t } = useTranslation("floor");
  const [mode, setMode] = useState<Mode>(campaign.mode as Mode);
  const [target, setTarget] = useState<number | string>(percent(campaign.abandon_target));
  const wanted = typeof target === "number" ? target : Number.NaN;
  const same = mode === campaign.mode && wanted === percent(campaign.abandon_target);
  const save = useAct(
    () =>
      ok(
        api.PATCH("/v1/campaigns/{campaign_id}/pacing", {
          params: { path: { campaign_id: campaign.id } },
          body: {
            mode: mode === campaign.mode ? null : mode,
            abandon_target: wanted === percent(campaign.abandon_target) ? null : wanted / 100,
          },
        }),
      ),
    onDone,
  );
  return (
    <form
      className={classes.settings}
      onSubmit={(event) => {
        event.preventDefault();
        save.act();
      }}
    >
      <Select
        w={180}
        label={t("campaign.mode")}
        data={MODES.map((one) => ({ value: one, label: t(`mode.${one}.name`) }))}
        value={mode}
        onChange={(value) => value && setMode(value as Mode)}
      />
      <NumberInput
        w={160}
        label={t("campaign.target")}
        suffix=" %"
        min={0}
        max={10}
        step={0.5}
        decimalScale={2}
        value={target}
        onChange={setTarget}
      />
      <p className={classes.will}>
        {t(`mode.${mode}.means`)} {wanted >= 0 && t("campaign.targetWill", { target: wanted })}{" "}
        {t("campaign.atOnce")}
      </p>
      <Button type="submit" disabled={same || Number.isNaN(wanted)} loading={save.busy}>
        {t("campaign.apply")}
      </Button>
      <Button variant="default" onClick={onDone}>
        {t("parts:cancel")}
      </Button>
      <FaultText fault={save.fault} />
    </form>
  );
}

const percent = (share: number): number => Math.round(share * 10_000) / 100;
