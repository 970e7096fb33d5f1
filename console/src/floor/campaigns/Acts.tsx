import { Button } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import { useMay } from "../../api/me";
import { ConfirmButton } from "../../parts/ConfirmButton";
import { FaultText } from "../../parts/FaultText";
import classes from "./campaigns.module.css";

type Act = "start" | "pause" | "stop";

/** Start, pause, stop; what cannot be undone asks once more. */
export function Acts({ id, state }: { id: number; state: string }) {
  const { t } = useTranslation("floor");
  const may = useMay();
  const act = useAct((what: Act) =>
    ok(api.POST(`/v1/campaigns/{campaign_id}/${what}`, { params: { path: { campaign_id: id } } })),
  );
  if (!may("run_campaigns")) return null;
  const running = state === "running";
  return (
    <div className={classes.acts}>
      <FaultText fault={act.fault} />
      {(state === "draft" || state === "paused") && (
        <Button
          leftSection={<IconPlayerPlay size={14} />}
          loading={act.busy}
          onClick={() => act.act("start")}
        >
          {t(state === "draft" ? "campaign.start" : "campaign.goOn")}
        </Button>
      )}
      {running && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={14} />}
          loading={act.busy}
          onClick={() => act.act("pause")}
        >
          {t("campaign.pause")}
        </Button>
      )}
      {(running || state === "paused") && (
        <ConfirmButton
          question={t("campaign.stopReally")}
          leftSection={<IconPlayerStop size={14} />}
          onConfirm={() => act.act("stop")}
        >
          {t("campaign.stop")}
        </ConfirmButton>
      )}
    </div>
  );
}
