import { Title } from "@mantine/core";
import { IconPhoneIncoming } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useMetrics } from "../../metrics";
import { type Column, DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { Ticker } from "../../parts/Ticker";
import type { BoardView, QueueView } from "../board";
import { share } from "../numbers";

interface Waiting {
  call: string;
  caller: string;
  since: string;
  queue: string;
}

/** Queues of this moment, and everybody who waits in one, the longest first. */
export function QueuesTab({ board }: { board: BoardView }) {
  const { t } = useTranslation("floor");
  const { queues, served_within_seconds: seconds } = board.callers;
  const waiting: Waiting[] = queues.flatMap((queue) =>
    queue.waiting.map((one) => ({ ...one, queue: queue.name })),
  );
  const columns = useQueueColumns(seconds);
  const people = useMemo<Column<Waiting>[]>(
    () => [
      {
        key: "since",
        title: t("queue.waited"),
        value: (one) => Date.parse(one.since),
        render: (one) => <Ticker since={one.since} />,
      },
      { key: "queue", title: t("queue.queue"), value: (one) => one.queue },
      { key: "caller", title: t("queue.caller"), value: (one) => one.caller || t("queue.hidden") },
    ],
    [t],
  );
  if (!queues.length) {
    return (
      <EmptyState icon={<IconPhoneIncoming size={32} />} title={t("queue.none")}>
        {t("queue.noneNext")}
      </EmptyState>
    );
  }
  return (
    <>
      <DataTable
        label={t("tab.queues")}
        columns={columns}
        rows={queues}
        rowKey={(queue) => queue.name}
        initialSort={{ key: "waiting", direction: "descending" }}
        empty={null}
      />
      <Title order={2} mt={16} mb={8}>
        {t("queue.who")}
      </Title>
      <DataTable
        label={t("queue.who")}
        columns={people}
        rows={waiting}
        rowKey={(one) => one.call}
        initialSort={{ key: "since", direction: "ascending" }}
        empty={<EmptyState title={t("queue.nobody")}>{t("queue.nobodyNext")}</EmptyState>}
      />
    </>
  );
}

function useQueueColumns(seconds: number): Column<QueueView>[] {
  const { t } = useTranslation("floor");
  const { name, means } = useMetrics();
  return useMemo(
    () => [
      { key: "queue", title: t("queue.queue"), value: (queue) => queue.name },
      {
        key: "waiting",
        title: name("waiting"),
        hint: means("waiting"),
        value: (queue) => queue.waiting.length,
        align: "right",
      },
      {
        key: "longest",
        title: name("longestWait"),
        hint: means("longestWait"),
        value: (queue) => (queue.waiting[0] ? Date.parse(queue.waiting[0].since) : null),
        render: (queue) => (queue.waiting[0] ? <Ticker since={queue.waiting[0].since} /> : "–"),
        align: "right",
      },
      { key: "talking", title: name("talking"), value: (queue) => queue.talking, align: "right" },
      {
        key: "answered",
        title: t("queue.answered"),
        value: (queue) => queue.answered,
        align: "right",
      },
      {
        key: "gaveUp",
        title: t("queue.gaveUp"),
        value: (queue) => queue.abandoned,
        align: "right",
      },
      {
        key: "service",
        title: name("serviceLevel"),
        hint: means("serviceLevel", { seconds }),
        value: (queue) => queue.service_level ?? null,
        render: (queue) => share(queue.service_level, 0),
        align: "right",
      },
    ],
    [t, name, means, seconds],
  );
}
