import { ActionIcon, Tooltip } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { useMay } from "../api/me";

interface Props {
  masked: string;
  /** Asks the service for all digits, which writes it down. */
  full: () => Promise<{ number: string }>;
}

const SHOWN_MS = 20_000;

/** A number with its middle hidden; shown whole for a moment to those who may. */
export function Revealed({ masked, full }: Props) {
  const { t } = useTranslation("parts");
  const may = useMay();
  const [shown, setShown] = useState<string | null>(null);
  const reveal = useAct(full, ({ number }) => setShown(number));
  useEffect(() => {
    if (shown === null) return;
    const timer = setTimeout(() => setShown(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      <span>{shown ?? masked}</span>
      {shown === null && may("see_numbers") && (
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
