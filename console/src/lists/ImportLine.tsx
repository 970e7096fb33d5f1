import { Anchor, Progress, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me";
import type { ImportProgress } from "../api/schema";
import { StatePill } from "../parts/StatePill";
import { moment } from "../parts/time";
import { lasts, shareOf } from "./progress";
import { useTakeBack } from "./TakeBack";

const PILL = { done: "ok", failed: "error", taken_back: "closed" } as const;

/** One import: how far it is, what was taken and what refused, with the refused rows to download. */
export function ImportLine({ job }: { job: ImportProgress }) {
  const { t, i18n } = useTranslation("lists");
  const may = useMay();
  const back = useTakeBack(job);
  return (
    <>
      <Table.Tr>
        <Table.Td>{job.file_name}</Table.Td>
        <Table.Td w={160}>
          {lasts(job) ? (
            <>
              <Progress
                value={shareOf(job)}
                aria-label={t("progressOf", { file: job.file_name })}
                size="lg"
              />
              {job.state === "taking_back" && <Text size="xs">{t("state.taking_back")}</Text>}
            </>
          ) : (
            <StatePill
              state={PILL[job.state as keyof typeof PILL]}
              word={t(`state.${job.state}`)}
            />
          )}
        </Table.Td>
        <Table.Td ta="right" w={120}>
          {t("accepted", { count: job.accepted })}
          {job.state.startsWith("tak") && (
            <Text size="xs" c="dimmed">
              {t("removed", { count: job.removed })}
              {job.kept > 0 && ` · ${t("kept", { count: job.kept })}`}
            </Text>
          )}
        </Table.Td>
        <Table.Td ta="right" w={200}>
          {job.rejected > 0 ? (
            <Anchor href={`/v1/imports/${job.id}/rejects.csv`} download size="sm">
              {t("rejectedDownload", { count: job.rejected })}
            </Anchor>
          ) : (
            t("noneRejected")
          )}
          {job.error && (
            <Text size="xs" c="red" role="alert">
              {job.error}
            </Text>
          )}
        </Table.Td>
        <Table.Td ta="right" w={120} className="quiet">
          {moment(job.created_at, i18n.language)}
        </Table.Td>
        <Table.Td ta="right" w={200}>
          {may("edit_leads") && back.button}
        </Table.Td>
      </Table.Tr>
      {back.question}
    </>
  );
}
