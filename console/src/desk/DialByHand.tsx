import { Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconEyeSearch, IconPhone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FaultText } from "../parts/FaultText";
import { moment } from "../parts/time";
import { call, check, preview, useAct } from "./acts";
import classes from "./desk.module.css";
import type { DeskView, MayCall } from "./types";

/** Calls that the agent begins: the next lead to look at, or a number. */
export function DialByHand({ desk }: { desk: DeskView }) {
  const { t } = useTranslation("desk");
  const previews = desk.campaigns.filter((one) => one.preview);
  const manual = desk.campaigns.filter((one) => one.manual);
  if (!previews.length && !manual.length) return null;
  if (desk.agent.state !== "ready") {
    return (
      <Text size="sm" c="dimmed">
        {t("dial.beReady")}
      </Text>
    );
  }
  return (
    <Stack gap={16}>
      {previews.length > 0 && <NextLead campaigns={previews} />}
      {manual.length > 0 && <NumberToCall campaigns={manual} />}
    </Stack>
  );
}

type Campaigns = DeskView["campaigns"];

function useCampaign(campaigns: Campaigns): [string, (id: string | null) => void] {
  const [chosen, setChosen] = useState<string | null>(null);
  const there = campaigns.some(({ id }) => String(id) === chosen);
  return [there && chosen ? chosen : String(campaigns[0]?.id ?? ""), setChosen];
}

function options(campaigns: Campaigns) {
  return campaigns.map(({ id, name }) => ({ value: String(id), label: name }));
}

function NextLead({ campaigns }: { campaigns: Campaigns }) {
  const { t } = useTranslation("desk");
  const [campaign, setCampaign] = useCampaign(campaigns);
  const next = useAct(() => preview(Number(campaign)));
  return (
    <Stack gap={8} className={classes.card}>
      <h2 className={classes.heading}>{t("preview.title")}</h2>
      {campaigns.length > 1 && (
        <Select
          data={options(campaigns)}
          value={campaign}
          onChange={setCampaign}
          aria-label={t("dial.campaign")}
        />
      )}
      <Button
        variant="default"
        size="sm"
        leftSection={<IconEyeSearch size={16} />}
        loading={next.busy}
        onClick={() => next.act()}
        data-testid="next-lead"
      >
        {t("preview.next")}
      </Button>
      <FaultText fault={next.fault} />
    </Stack>
  );
}

function NumberToCall({ campaigns }: { campaigns: Campaigns }) {
  const { t } = useTranslation("desk");
  const [campaign, setCampaign] = useCampaign(campaigns);
  const [number, setNumber] = useState("");
  const [typed] = useDebouncedValue(number.trim(), 300);
  const what = { campaign_id: Number(campaign), number: typed };
  const { data, error } = useQuery({
    queryKey: ["desk", "check", what],
    queryFn: () => check(what),
    enabled: typed.replace(/\D/g, "").length >= 5,
    staleTime: 0,
  });
  const dial = useAct(
    () => call({ ...what, number: number.trim(), name: data?.name ?? "" }),
    () => setNumber(""),
  );
  return (
    <form
      className={classes.card}
      onSubmit={(event) => {
        event.preventDefault();
        if (number.trim()) dial.act();
      }}
    >
      <Stack gap={8}>
        <h2 className={classes.heading}>{t("dial.title")}</h2>
        {campaigns.length > 1 && (
          <Select
            data={options(campaigns)}
            value={campaign}
            onChange={setCampaign}
            aria-label={t("dial.campaign")}
          />
        )}
        <TextInput
          type="tel"
          value={number}
          onChange={(event) => {
            setNumber(event.currentTarget.value);
            dial.forget();
          }}
          placeholder={t("dial.number")}
          aria-label={t("dial.number")}
          autoComplete="off"
          data-testid="number"
        />
        {data && typed === number.trim() && <May may={data} />}
        <Button
          type="submit"
          size="sm"
          variant="default"
          leftSection={<IconPhone size={16} />}
          loading={dial.busy}
          disabled={!number.trim() || data?.may === false}
          data-testid="call-number"
        >
          {t("dial.call")}
        </Button>
        <FaultText fault={dial.fault ?? error} />
      </Stack>
    </form>
  );
}

/** The rules' word, before one dials. */
function May({ may }: { may: MayCall }) {
  const { t, i18n } = useTranslation("desk");
  if (may.may) {
    return (
      <Text size="sm" c="var(--good)" aria-live="polite">
        {may.name
          ? t("dial.mayName", { number: may.number, name: may.name })
          : t("dial.may", { number: may.number })}
      </Text>
    );
  }
  return (
    <Text size="sm" className={classes.banner} role="alert" data-testid="may-not">
      {may.why_not} {may.until && t("dial.until", { at: moment(may.until, i18n.language) })}
    </Text>
  );
}
