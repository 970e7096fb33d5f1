import { Stack, Text } from "@mantine/core";
import { IconArrowsExchange, IconCheck, IconUsersGroup, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { FaultText } from "../parts/FaultText";
import { StatePill } from "../parts/StatePill";
import { cancelTransfer, completeTransfer, conference, swap } from "./acts";
import { Control } from "./Control";
import classes from "./desk.module.css";
import type { Phase } from "./phase";
import type { Consult } from "./types";

/** Somebody is asked before the call is handed over. */
export function Consulting({ consult, phase }: { consult: Consult; phase: Phase }) {
  const { t } = useTranslation("desk");
  const acts = {
    swap: useAct(swap),
    complete: useAct(completeTransfer),
    conference: useAct(conference),
    cancel: useAct(cancelTransfer),
  };
  const busy = Object.values(acts).some((one) => one.busy);
  const there = consult.state === "talking" || consult.state === "held";
  return (
    <Stack
      gap={8}
      className={classes.card}
      data-testid="consult"
      data-state={consult.state}
      data-phase={phase}
    >
      <Text size="sm" fw={600}>
        {t(`target.${consult.kind}`)} {consult.value} <StatePill state={consult.state} />
      </Text>
      <Text size="sm" c="dimmed">
        {t(there ? `transfer.hint.${phase}` : "transfer.ringingHint", { who: consult.value })}
      </Text>
      <div className={classes.controls}>
        <Control
          icon={<IconCheck size={16} />}
          disabled={!there || busy}
          onClick={() => acts.complete.act()}
          testId="complete"
        >
          {t("transfer.complete")}
        </Control>
        <Control
          icon={<IconX size={16} />}
          disabled={busy}
          onClick={() => acts.cancel.act()}
          testId="cancel"
        >
          {t("transfer.cancel")}
        </Control>
        {phase !== "three" && (
          <>
            <Control
              icon={<IconArrowsExchange size={16} />}
              disabled={!there || busy}
              onClick={() => acts.swap.act()}
              testId="swap"
            >
              {t("transfer.swap")}
            </Control>
            <Control
              icon={<IconUsersGroup size={16} />}
              disabled={!there || busy}
              onClick={() => acts.conference.act()}
              testId="conference"
            >
              {t("transfer.conference")}
            </Control>
          </>
        )}
      </div>
      <FaultText fault={Object.values(acts).find((one) => one.fault)?.fault} />
    </Stack>
  );
}
