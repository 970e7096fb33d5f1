import { Button, Group, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPhoneOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { Lead } from "../api/schema";
import { FaultText } from "../parts/FaultText";
import { useLeadChanged } from "./api";

/** Puts all numbers of a lead on the do-not-call list; a reason is kept with them. */
export function NeverAgain({ lead }: { lead: Lead }) {
  const { t } = useTranslation("leads");
  const may = useMay();
  const changed = useLeadChanged(lead.id);
  const [asking, setAsking] = useState(false);
  const [why, setWhy] = useState("");
  const bar = useAct(
    () =>
      ok(
        api.POST("/v1/leads/{lead_id}/do-not-call", {
          params: { path: { lead_id: lead.id } },
          body: { why },
        }),
      ),
    ({ added, known, in_flight }) => {
      setAsking(false);
      changed();
      notifications.show({
        message: [
          added ? t("never.done", { count: added }) : t("never.known", { count: known }),
          in_flight ? t("never.inFlight") : "",
        ].join(" "),
      });
    },
  );
  if (!may("edit_dnc")) return null;
  if (!asking)
    return (
      <Button
        variant="default"
        leftSection={<IconPhoneOff size={16} />}
        onClick={() => setAsking(true)}
      >
        {t("never.button")}
      </Button>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        bar.act();
      }}
      onKeyDown={(event) => event.key === "Escape" && setAsking(false)}
    >
      <Group gap={8} align="flex-end">
        <TextInput
          label={t("never.why")}
          placeholder={t("never.whyExample")}
          value={why}
          maxLength={255}
          onChange={(event) => setWhy(event.currentTarget.value)}
          w={280}
          autoFocus
        />
        <Button
          type="submit"
          color="var(--bad-solid)"
          loading={bar.busy}
          disabled={!why.trim()}
          title={t("never.means")}
        >
          {t("never.button")}
        </Button>
        <Button variant="default" onClick={() => setAsking(false)}>
          {t("parts:cancel")}
        </Button>
      </Group>
      <FaultText fault={bar.fault} />
    </form>
  );
}
