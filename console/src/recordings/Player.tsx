import { CloseButton, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { RecordingView } from "../api/schema";
import { CorrectionsOfCall } from "../leads/OfCall";
import { FaultText } from "../parts/FaultText";
import { useOutcomeWord } from "../parts/outcome";
import { moment } from "../parts/time";
import { FullNumber } from "./FullNumber";
import { HeardBy } from "./HeardBy";
import { Legs, useLegs } from "./Legs";
import classes from "./recordings.module.css";
import { Sound } from "./Sound";

/** The docked player of one recording: whose call, its sound, who was in it, who has heard it. */
export function Player({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("recordings");
  const may = useMay();
  const path = { params: { path: { recording_id: id } } };
  const facts = useQuery({
    queryKey: ["recording", id],
    queryFn: () => ok(api.GET("/v1/recordings/{recording_id}", path)),
  });
  const ready = facts.data?.state === "ready";
  const waveform = useQuery({
    queryKey: ["recording", id, "waveform"],
    queryFn: () => ok(api.GET("/v1/recordings/{recording_id}/waveform", path)),
    enabled: ready,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const legs = useLegs(facts.data);
  return (
    <section className={classes.player} aria-label={t("player.title")} data-recording={id}>
      <header className={classes.playerTop}>
        {facts.data ? <Whose recording={facts.data} /> : <Skeleton height={20} width={320} />}
        <CloseButton onClick={onClose} aria-label={t("parts:close")} />
      </header>
      <FaultText fault={facts.error ?? waveform.error} />
      {facts.data && !ready && (
        <p className="quiet">
          {t(`state.${facts.data.state}Means`)} {facts.data.error}
        </p>
      )}
      {ready && !waveform.error && (
        <div className={classes.playerBody}>
          <div>
            {waveform.data && facts.data ? (
              <Sound recording={facts.data} waveform={waveform.data} legs={legs.data ?? []} />
            ) : (
              <Skeleton height={136} />
            )}
          </div>
          <aside className={classes.about}>
            <Legs legs={legs.data} fault={legs.error} />
            <HeardBy id={id} />
            {facts.data?.direction === "outbound" && may("correct_calls") && (
              <CorrectionsOfCall id={id} />
            )}
          </aside>
        </div>
      )}
    </section>
  );
}

function Whose({ recording }: { recording: RecordingView }) {
  const { t, i18n } = useTranslation("recordings");
  const outcomeWord = useOutcomeWord();
  const said =
    (i18n.language === "zh" && recording.disposition_label_zh) || recording.disposition_label;
  return (
    <p className={classes.whose}>
      <strong>{recording.number ? <FullNumber recording={recording} /> : t("hidden")}</strong>
      <span>{moment(recording.started_at, i18n.language)}</span>
      <span>{recording.agent_display_name || t("nobody")}</span>
      <span>{recording.campaign || t(recording.direction)}</span>
      <span className="quiet">
        {outcomeWord(recording.outcome)}
        {said && ` · ${said}`}
      </span>
    </p>
  );
}
