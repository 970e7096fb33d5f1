import { ActionIcon, Tooltip } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";

interface Props {
  masked: string;
  /** With both, a person who may can see all digits; that is audited. */
  leadId?: number;
  numberId?: number;
}

const SHOWN_MS = 20_000;

/** A telephone number with its middle hidden; shown for a moment to those who may. */
export function MaskedNumber({ masked, leadId, numberId }: Props) {
  const { t } = useTranslation("parts");
  const may = useMay();
  const [full, setFull] = useState<string | null>(null);
  const reveal = useAct(
    () =>
      ok(
        api.GET("/v1/leads/{lead_id}/numbers/{number_id}/full", {
          params: { path: { lead_id: leadId as number, number_id: numberId as number } },
        }),
      ),
    ({ number }) => {
      setFull(number);
      setTimeout(() => setFull(null), SHOWN_MS);
    },
  );
  const offered = !full && may("see_numbers") && leadId !== undefined && numberId !== undefined;
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      <span>{full ?? masked}</span>
      {offered && (
        <Tooltip label={reveal.fault ? reveal.fault.what || t("fault.failed") : t("reveal")}>
          <ActionIcon
            variant="subtle"
            size="xs"
            ml={4}
            aria-label={t("reveal")}
            loading={reveal.busy}
            onClick={() => reveal.act()}
          >
            <IconEye size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </span>
  );
}
