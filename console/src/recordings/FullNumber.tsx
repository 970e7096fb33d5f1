import { ActionIcon, Tooltip } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { RecordingView } from "../api/schema";

const SHOWN_MS = 20_000;

/** The recording's number, masked; shown whole for a moment to those who may: that is audited. */
export function FullNumber({ recording }: { recording: RecordingView }) {
  const { t } = useTranslation("recordings");
  const may = useMay();
  const [full, setFull] = useState<string | null>(null);
  const show = useAct(
    () =>
      ok(
        api.GET("/v1/recordings/{recording_id}/number", {
          params: { path: { recording_id: recording.id } },
        }),
      ),
    ({ number }) => {
      setFull(number);
      setTimeout(() => setFull(null), SHOWN_MS);
    },
  );
  return (
    <>
      {full ?? recording.number}
      {!full && may("see_numbers") && (
        <Tooltip label={show.fault?.what || t("parts:reveal")}>
          <ActionIcon
            variant="subtle"
            size="xs"
            ml={4}
            loading={show.busy}
            onClick={() => show.act()}
            aria-label={t("parts:reveal")}
          >
            <IconEye size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </>
  );
}
