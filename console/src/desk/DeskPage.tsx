import { Skeleton } from "@mantine/core";
import { IconHeadsetOff, IconNotes } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { InTopBar } from "../app/Shell";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { PhoneTrouble } from "../phone/PhoneTrouble";
import { CallColumn } from "./CallColumn";
import { DeskBar } from "./DeskBar";
import classes from "./desk.module.css";
import { IdleColumn } from "./IdleColumn";
import { KeysHelp } from "./KeysHelp";
import { PersonColumn } from "./PersonColumn";
import { ScriptColumn } from "./ScriptColumn";
import type { DeskView } from "./types";
import { useDesk } from "./useDesk";
import { useDeskKeys } from "./useDeskKeys";

/** The agent's desk: the call, the script, the person. The eye moves one column at most. */
export default function DeskPage() {
  const { t } = useTranslation("desk");
  const { desk, fault } = useDesk();
  useEffect(() => {
    document.title = `${t("nav")} · CTI`;
  }, [t]);
  if (fault?.status === 409) {
    return (
      <EmptyState icon={<IconHeadsetOff size={32} />} title={t("noAgent.title")}>
        {fault.what} {fault.cure}
      </EmptyState>
    );
  }
  if (!desk) return fault ? <FaultText fault={fault} /> : <Waiting />;
  return <Desk desk={desk} />;
}

function Desk({ desk }: { desk: DeskView }) {
  const { t } = useTranslation("desk");
  const [helping, setHelping] = useState(false);
  useDeskKeys(() => setHelping((open) => !open));
  const { call, person, script } = desk;
  return (
    <>
      <InTopBar>
        <DeskBar desk={desk} />
      </InTopBar>
      <div className={classes.desk}>
        <section className={classes.column} aria-label={t("column.call")}>
          <PhoneTrouble />
          <CallColumn desk={desk} />
        </section>
        <section className={classes.column} data-wide aria-label={t("column.script")}>
          {script && call ? (
            <ScriptColumn key={call.id} desk={desk} call={call} script={script} />
          ) : call ? (
            <EmptyState icon={<IconNotes size={32} />} title={t("script.none")}>
              {t("script.noneText")}
            </EmptyState>
          ) : (
            <IdleColumn desk={desk} />
          )}
        </section>
        <section className={classes.column} aria-label={t("column.person")}>
          <PersonColumn desk={desk} person={person} />
        </section>
      </div>
      <KeysHelp opened={helping} onClose={() => setHelping(false)} />
    </>
  );
}

function Waiting() {
  return (
    <div className={classes.desk} aria-busy="true">
      {["call", "script", "person"].map((column) => (
        <div key={column} className={classes.column} data-wide={column === "script" || undefined}>
          <Skeleton height={24} width="60%" />
          <Skeleton height={120} />
          <Skeleton height={80} />
        </div>
      ))}
    </div>
  );
}
