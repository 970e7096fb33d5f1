import { Button, Skeleton, Stack, TextInput } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { Campaign, CampaignSettings } from "../api/schema";
import { useActs } from "../app/acts";
import { ConfirmButton } from "../parts/ConfirmButton";
import { FaultText } from "../parts/FaultText";
import { useDraft } from "../parts/form/draft";
import { faultAt } from "../parts/form/faults";
import { SaveBar } from "../parts/form/SaveBar";
import { offerUndo } from "../parts/form/undo";
import { PageHeader } from "../parts/PageHeader";
import { StatePill } from "../parts/StatePill";
import { type Move, move, useCampaign, useCheck, useTold } from "./api";
import { Check } from "./Check";
import classes from "./campaigns.module.css";
import { AsText } from "./sections/AsText";
import { How } from "./sections/How";
import { What } from "./sections/What";
import { When } from "./sections/When";
import { Who } from "./sections/Who";
import { Whom } from "./sections/Whom";

export interface Edited {
  name: string;
  mode: Campaign["mode"];
  settings: CampaignSettings;
}

/** What every question of the page is given. */
export interface Section {
  campaign: Campaign;
  edited: Edited;
  readOnly: boolean;
  /** Change some settings. */
  set: (change: Partial<CampaignSettings>) => void;
  setMode: (mode: Campaign["mode"]) => void;
  /** What is wrong at a field, if the service said so. */
  wrong: (field: string) => string | undefined;
}

export const QUESTIONS = ["whom", "how", "when", "what", "who"] as const;

/** A campaign: one page of five plain questions, with the check on top. */
export default function CampaignPage() {
  const id = Number(useParams().id);
  const { data, error, refetch } = useCampaign(id);
  if (error)
    return (
      <div className="page">
        <FaultText fault={error} again={() => void refetch()} />
      </div>
    );
  if (!data)
    return (
      <Stack p={16} gap={12} aria-busy="true">
        <Skeleton height={28} width={240} />
        <Skeleton height={320} />
      </Stack>
    );
  return <Editor key={data.id} campaign={data} />;
}

function Editor({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation("campaigns");
  const may = useMay();
  const told = useTold();
  const { name, mode, settings } = campaign;
  const draft = useDraft<Edited>({ name, mode, settings });
  const readOnly = !may("edit_campaigns") || campaign.state === "stopped";
  const patch = (body: Edited) =>
    ok(
      api.PATCH("/v1/campaigns/{campaign_id}", {
        params: { path: { campaign_id: campaign.id } },
        body,
      }),
    );
  const back = useAct(patch, told);
  const save = useAct(
    () => patch(draft.value),
    (saved) => {
      told(saved);
      offerUndo(t("saved"), () => back.act({ name, mode, settings }));
    },
  );
  const section: Section = {
    campaign,
    edited: draft.value,
    readOnly,
    set: (change) => draft.set({ settings: { ...draft.value.settings, ...change } }),
    setMode: (value) => draft.set({ mode: value }),
    wrong: faultAt(save.fault),
  };
  return (
    <div className="page">
      <PageHeader title={campaign.name} beside={<StatePill state={campaign.state} />}>
        <Moves campaign={campaign} />
      </PageHeader>
      <Check id={campaign.id} />
      <div className={classes.columns}>
        <Questions id={campaign.id} />
        <Stack gap={12} className={classes.questions}>
          {!readOnly && (
            <TextInput
              label={t("name")}
              value={draft.value.name}
              maxLength={128}
              w={320}
              error={section.wrong("name")}
              onChange={(event) => draft.set({ name: event.currentTarget.value })}
            />
          )}
          <Whom {...section} />
          <How {...section} />
          <When {...section} />
          <What {...section} />
          <Who {...section} />
          <AsText {...section} />
        </Stack>
      </div>
      <SaveBar draft={draft} save={save} />
    </div>
  );
}

function Moves({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation("campaigns");
  const may = useMay();
  const told = useTold();
  const check = useCheck(campaign.id).data;
  const go = useAct((how: Move) => move(campaign.id, how), told);
  const offered = may("run_campaigns") && campaign.state !== "stopped";
  const running = campaign.state === "running";
  useActs(
    offered
      ? [
          running
            ? { id: "pause-campaign", label: t("pause"), run: () => go.act("pause") }
            : { id: "start-campaign", label: t("start"), run: () => go.act("start") },
        ]
      : [],
  );
  if (!offered) return null;
  return (
    <>
      {go.fault && <FaultText fault={go.fault} />}
      {running ? (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          loading={go.busy}
          onClick={() => go.act("pause")}
        >
          {t("pause")}
        </Button>
      ) : (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={go.busy}
          variant={check?.can_dial === false ? "default" : "filled"}
          onClick={() => go.act("start")}
        >
          {t("start")}
        </Button>
      )}
      {campaign.state !== "draft" && (
        <ConfirmButton question={t("stopQuestion")} onConfirm={() => go.act("stop")}>
          {t("stop")}
        </ConfirmButton>
      )}
    </>
  );
}

const LEVEL = { ok: "ok", warning: "warning", error: "stops" } as const;

/** The five questions at the side, each with the worst that the check found in it. */
function Questions({ id }: { id: number }) {
  const { t } = useTranslation("campaigns");
  const found = useCheck(id).data?.findings ?? [];
  const worst = (where: string) => {
    const levels = found.filter((one) => one.where === where).map((one) => one.level);
    return levels.includes("stops") ? "error" : levels.includes("warning") ? "warning" : "ok";
  };
  return (
    <nav className={classes.side} aria-label={t("questions")}>
      {QUESTIONS.map((where) => (
        <a key={where} href={`#${where}`}>
          <span>{t(`question.${where}`)}</span>
          {found.length > 0 && (
            <StatePill state={worst(where)} word=" " hint={t(`level.${LEVEL[worst(where)]}`)} />
          )}
        </a>
      ))}
      <Link to="/floor" className="quiet">
        {t("seeLive")}
      </Link>
    </nav>
  );
}
