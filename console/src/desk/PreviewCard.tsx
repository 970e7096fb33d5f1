import { Radio, Stack, Text } from "@mantine/core";
import { IconPhone, IconPlayerSkipForward } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FaultText } from "../parts/FaultText";
import { Ticker } from "../parts/Ticker";
import { dialPreview, skipPreview, useAct } from "./acts";
import { Control } from "./Control";
import classes from "./desk.module.css";
import type { LookedAt, Person } from "./types";

/** A person to look at before dialling. */
export function PreviewCard({ preview, person }: { preview: LookedAt; person: Person }) {
  const { t } = useTranslation("desk");
  const next =
    person.numbers.find((one) => one.next && one.usable) ??
    person.numbers.find((one) => one.usable);
  const [number, setNumber] = useState(next ? String(next.id) : "");
  const dial = useAct(() => dialPreview(Number(number)));
  const skip = useAct(skipPreview);
  return (
    <Stack gap={12} data-testid="preview" data-lead={preview.lead_id}>
      <div>
        <div className={classes.name}>{person.name || person.reference || t("call.unknown")}</div>
        <Text size="sm" c="dimmed">
          {t("call.kind.preview")} · {preview.campaign}
        </Text>
        <Text size="sm" c="dimmed">
          {t("preview.until")} <Ticker until={preview.until} />
        </Text>
      </div>
      {person.why && <Text size="sm">{person.why}</Text>}
      <Radio.Group value={number} onChange={setNumber} label={t("preview.number")}>
        <Stack gap={8} mt={4}>
          {person.numbers.map((one) => (
            <Radio
              key={one.id}
              value={String(one.id)}
              disabled={!one.usable}
              label={one.masked}
              description={one.usable ? undefined : one.why_not}
            />
          ))}
        </Stack>
      </Radio.Group>
      <div className={classes.controls}>
        <Control
          keyOf="answer"
          variant="filled"
          color="var(--good-solid)"
          icon={<IconPhone size={16} />}
          loading={dial.busy}
          disabled={!number}
          onClick={() => dial.act()}
          testId="dial"
        >
          {t("preview.dial")}
        </Control>
        <Control
          keyOf="hangUp"
          icon={<IconPlayerSkipForward size={16} />}
          loading={skip.busy}
          onClick={() => skip.act()}
          testId="skip"
        >
          {t("preview.skip")}
        </Control>
      </div>
      <FaultText fault={dial.fault ?? skip.fault} />
    </Stack>
  );
}
