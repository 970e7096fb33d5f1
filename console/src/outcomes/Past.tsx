import { Button, Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import type { Named } from "../api/schema";
import { FaultText } from "../parts/FaultText";
import { tellPast, useLibraryChanged, usePast } from "./api";
import { Changes, Leads } from "./Changes";

interface Props {
  id: number;
  /** What the service said just now. */
  known?: Named;
}

/** Calls of before that heard an announcement: what would change, and the offer to do it. */
export function Past({ id, known }: Props) {
  const { t } = useTranslation("outcomes");
  const changed = useLibraryChanged();
  const ahead = usePast(id, known);
  const [done, setDone] = useState<Named | null>(null);
  const tell = useAct(
    () => tellPast(id),
    (named) => {
      setDone(named);
      changed();
    },
  );
  if (done) return <Done named={done} />;
  if (ahead.error) return <FaultText fault={ahead.error} again={() => void ahead.refetch()} />;
  if (!ahead.data) return <Skeleton height={48} />;
  const { attempts, changed: count, changes } = ahead.data;
  if (!attempts) return <Text size="sm">{t("past.none")}</Text>;
  return (
    <section aria-label={t("past.title")} data-testid="past">
      <Text size="sm" fw={600}>
        {t("past.heard", { count: attempts })}
      </Text>
      {count === 0 ? (
        <Text size="sm">{t("past.same")}</Text>
      ) : (
        <>
          <Text size="sm">{t("past.would", { count })}</Text>
          <Changes changes={changes ?? []} />
          <Text size="sm" c="dimmed" mb={8}>
            {t("past.means")}
          </Text>
          <Button loading={tell.busy} onClick={() => tell.act()}>
            {t("past.go", { count })}
          </Button>
        </>
      )}
      <FaultText fault={tell.fault} />
    </section>
  );
}

function Done({ named }: { named: Named }) {
  const { t } = useTranslation("outcomes");
  return (
    <section aria-live="polite" data-testid="past-done">
      <Text size="sm" fw={600}>
        {t("past.done", { count: named.changed })}
      </Text>
      <Leads leads={named.leads ?? {}} />
    </section>
  );
}
