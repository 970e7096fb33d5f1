import { Anchor, Progress, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImportProgress } from "../api/schema";
import { StatePill } from "../parts/StatePill";
import { moment } from "../parts/time";
import { shareOf } from "./progress";

/** One import: how far it is, what was taken and what refused, with the refused rows to download. */
export function ImportLine({ job }: { job: ImportProgress }) {
  const { t, i18n } = useTranslation("lists");
  const state = job.state === "running" ? "running" : job.state === "failed" ? "error" : "ok";
  return (
    <Table.Tr>
      <Table.Td>{job.file_name}</Table.Td>
      <Table.Td w={160}>
        {job.state === "running" ? (
          <Progress
            value={shareOf(job)}
            aria-label={t("progressOf", { file: job.file_name })}
            size="lg"
          />
        ) : (
          <StatePill state={state} word={t(`state.${job.state}`)} />
        )}
      </Table.Td>
      <Table.Td ta="right" w={120}>
        {t("accepted", { count: job.accepted })}
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
    </Table.Tr>
  );
}
