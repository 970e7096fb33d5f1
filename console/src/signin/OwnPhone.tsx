import { Button, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import type { ChangedPhone } from "../api/schema";
import classes from "../desk/desk.module.css";
import { FaultText } from "../parts/FaultText";

/** Talk through this page, or through a SIP phone of one's own. */
export function OwnPhone() {
  const { t } = useTranslation("signin");
  const [changed, setChanged] = useState<ChangedPhone | null>(null);
  const { data, error } = useQuery({
    queryKey: ["me", "phone"],
    queryFn: () => ok(api.GET("/v1/me/phone")),
  });
  const change = useAct(
    (kind: "sip" | "browser") => ok(api.PUT("/v1/me/phone", { body: { kind } })),
    setChanged,
  );
  const kind = changed?.kind ?? data?.kind ?? "browser";
  return (
    <Stack gap={8}>
      <SegmentedControl
        aria-label={t("phone.title")}
        disabled={!data || change.busy}
        value={kind}
        onChange={(value) => change.act(value === "sip" ? "sip" : "browser")}
        data={[
          { value: "browser", label: t("phone.browser") },
          { value: "sip", label: t("phone.sip") },
        ]}
      />
      <Text size="sm" c="dimmed">
        {t(kind === "sip" ? "phone.sipText" : "phone.browserText")}
      </Text>
      {changed?.kind === "sip" && (
        <dl className={classes.fields}>
          <dt>{t("phone.server")}</dt>
          <dd>{location.hostname}</dd>
          <dt>{t("phone.username")}</dt>
          <dd className="mono">{changed.username}</dd>
          <dt>{t("password")}</dt>
          <dd className="mono">{changed.password}</dd>
        </dl>
      )}
      {changed && (
        <Button variant="default" onClick={() => location.reload()}>
          {t("phone.reload")}
        </Button>
      )}
      <FaultText fault={error ?? change.fault} />
    </Stack>
  );
}
