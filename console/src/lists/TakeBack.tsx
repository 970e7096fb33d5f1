import { Button, Group, Table, Text } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import type { ImportProgress } from "../api/schema";
import { FaultText } from "../parts/FaultText";

/** Asks with the numbers before an import is taken back; `cell` is its button. */
export function useTakeBack(job: ImportProgress) {
  const { t } = useTranslation("lists");
  const [asking, setAsking] = useState(false);
  const possible = job.state !== "taking_back" && job.state !== "taken_back" && job.accepted > 0;
  return {
    button: possible && (
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconArrowBackUp size={16} />}
        aria-expanded={asking}
        onClick={() => setAsking(!asking)}
        data-testid={`take-back-${job.id}`}
      >
        {t("takeBack")}
      </Button>
    ),
    question: possible && asking && <Question job={job} onDone={() => setAsking(false)} />,
  };
}

function Question({ job, onDone }: { job: ImportProgress; onDone: () => void }) {
  const { t } = useTranslation("lists");
  const queries = useQueryClient();
  const path = { params: { path: { import_id: job.id } } };
  const would = useQuery({
    queryKey: ["import", job.id, "taking back"],
    queryFn: () => ok(api.GET("/v1/imports/{import_id}/taking-back", path)),
    staleTime: 0,
  });
  const taking = useAct(
    () => ok(api.DELETE("/v1/imports/{import_id}", path)),
    () => {
      onDone();
      void queries.invalidateQueries({ queryKey: ["campaign", job.campaign_id] });
    },
  );
  return (
    <Table.Tr>
      <Table.Td colSpan={6}>
        <Group justify="space-between" role="group" aria-label={t("takeBack")}>
          <div>
            {job.state === "running" && <Text size="sm">{t("takeBackRunning")}</Text>}
            {would.data && (
              <Text size="sm" data-testid="taking-back">
                {t("removes", { count: would.data.removes })}{" "}
                {would.data.keeps > 0 && t("keeps", { count: would.data.keeps })}{" "}
                {would.data.calling > 0 && t("calling", { count: would.data.calling })}
              </Text>
            )}
            <FaultText fault={would.error ?? taking.fault} />
          </div>
          <Group gap={8}>
            <Button variant="default" size="sm" onClick={onDone}>
              {t("keepIt")}
            </Button>
            <Button
              color="var(--bad-solid)"
              size="sm"
              disabled={!would.data}
              loading={taking.busy}
              onClick={() => taking.act()}
              data-testid="take-back-now"
            >
              {t("takeBackNow")}
            </Button>
          </Group>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
