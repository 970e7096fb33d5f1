import { Button } from "@mantine/core";
import { IconPlus, IconVolume } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { AnnouncementView } from "../api/schema";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { moment } from "../parts/time";
import { sampleOf, useTaught } from "./api";
import { ChangeIt } from "./ChangeIt";
import { Listen } from "./Listen";
import classes from "./outcomes.module.css";
import { Teach } from "./Teach";
import { useMeaningWord } from "./WordsFields";

const NEW = "new";

/** What was taught, to listen to, change and forget; and where a recording is taught from a file. */
export function TaughtTab() {
  const { t } = useTranslation("outcomes");
  const { data, error, refetch } = useTaught();
  const [address, setAddress] = useSearchParams();
  const open = address.get("open");
  const go = (what: string | null) =>
    setAddress({ tab: "taught", ...(what ? { open: what } : {}) }, { replace: true });
  const columns = useColumns();
  const chosen = data?.find((one) => String(one.id) === open);
  const teach = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => go(NEW)}>
      {t("taught.teach")}
    </Button>
  );
  if (error) return <FaultText fault={error} again={() => void refetch()} />;
  return (
    <>
      <p className={classes.says}>{t("taught.says")}</p>
      <div className={classes.columns}>
        <DataTable
          label={t("tab.taught")}
          columns={columns}
          rows={data}
          rowKey={(row) => row.id}
          selected={chosen?.id}
          onOpen={(row) => go(String(row.id))}
          search={Boolean(data?.length)}
          tools={data?.length ? teach : undefined}
          empty={
            <EmptyState icon={<IconVolume size={32} />} title={t("taught.none")} action={teach}>
              {t("taught.noneNext")}
            </EmptyState>
          }
        />
        {open === NEW && <Teach onTaught={(id) => go(String(id))} onClose={() => go(null)} />}
        {chosen && <ChangeIt key={chosen.id} one={chosen} onClose={() => go(null)} />}
      </div>
    </>
  );
}

function useColumns(): Column<AnnouncementView>[] {
  const { t, i18n } = useTranslation("outcomes");
  const word = useMeaningWord();
  return [
    {
      key: "sound",
      title: t("sound"),
      value: (row) => row.seconds,
      render: (row) => (
        <Listen src={sampleOf.taught(row.id)} what={row.name} length={row.seconds} />
      ),
    },
    { key: "name", title: t("name"), value: (row) => row.name },
    { key: "means", title: t("means"), value: (row) => word(row.meaning) },
    { key: "carrier", title: t("carrier"), value: (row) => row.carrier || null },
    {
      key: "taught",
      title: t("taught.at"),
      value: (row) => row.taught_at,
      render: (row) => moment(row.taught_at, i18n.language),
    },
    { key: "by", title: t("taught.by"), value: (row) => row.taught_by || null },
  ];
}
