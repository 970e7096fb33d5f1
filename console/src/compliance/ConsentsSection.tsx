import { Anchor, Button, Group, Text, TextInput } from "@mantine/core";
import { IconFileCheck } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { Consent } from "../api/schema";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { MoreButton } from "../parts/MoreButton";
import { PageHeader } from "../parts/PageHeader";
import { Revealed } from "../parts/Revealed";
import { StatePill } from "../parts/StatePill";
import { moment } from "../parts/time";
import { RecordConsents } from "./RecordConsents";
import { standing } from "./record";
import { useWhomName } from "./WhomSelect";

const PAGE = 100;
export const CONSENTS = ["consents"] as const;

/** Who agreed to be called: looked up, recorded with a proof, ended. */
export function ConsentsSection() {
  const { t } = useTranslation("compliance");
  const may = useMay();
  const [number, setNumber] = useState("");
  const found = useInfiniteQuery({
    queryKey: [...CONSENTS, number],
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/v1/consents", {
          params: { query: { limit: PAGE, after: pageParam, number: number || undefined } },
        }),
      ),
    initialPageParam: undefined as number | undefined,
    // Of one number all come at once.
    getNextPageParam: (last) => (number || last.length < PAGE ? undefined : last.at(-1)?.id),
    retry: false,
  });
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t("consents.title")}>
        <LookUp number={number} setNumber={setNumber} />
      </PageHeader>
      <Text size="sm" c="dimmed" mb={12}>
        {t("consents.means")}{" "}
        <Anchor component={Link} to="/lists" size="sm" underline="always">
          {t("consents.byList")}
        </Anchor>
      </Text>
      {may("edit_dnc") && <RecordConsents />}
      <FaultText fault={found.error} />
      {!found.error && (
        <DataTable
          label={t("consents.title")}
          columns={columns}
          rows={found.data?.pages.flat()}
          rowKey={(row) => row.id}
          empty={
            <EmptyState
              icon={<IconFileCheck size={32} />}
              title={t(number ? "consents.noneOf" : "consents.none")}
            >
              {t("consents.noneNext")}
            </EmptyState>
          }
        />
      )}
      <MoreButton of={found} />
    </>
  );
}

function LookUp({ number, setNumber }: { number: string; setNumber: (number: string) => void }) {
  const { t } = useTranslation("compliance");
  const [typed, setTyped] = useState(number);
  const find = (event: FormEvent) => {
    event.preventDefault();
    setNumber(typed.trim());
  };
  return (
    <search>
      <form onSubmit={find}>
        <Group gap={8}>
          <TextInput
            aria-label={t("consents.ofNumber")}
            placeholder="+8613800000000"
            inputMode="tel"
            value={typed}
            maxLength={40}
            onChange={(event) => setTyped(event.currentTarget.value)}
            w={200}
          />
          <Button type="submit" variant="default">
            {t("consents.find")}
          </Button>
          {number && (
            <Button
              variant="subtle"
              onClick={() => {
                setTyped("");
                setNumber("");
              }}
            >
              {t("consents.showAll")}
            </Button>
          )}
        </Group>
      </form>
    </search>
  );
}

const STATES = { holds: "ok", expired: "paused", withdrawn: "gone" } as const;

function useColumns(): Column<Consent>[] {
  const { t, i18n } = useTranslation("compliance");
  const whom = useWhomName();
  const fixed = { sortable: false as const };
  return [
    {
      key: "number",
      title: t("consents.number"),
      value: (row) => row.number,
      render: (row) => (
        <Revealed
          masked={row.number}
          full={() =>
            ok(
              api.GET("/v1/consents/{consent_id}/number", {
                params: { path: { consent_id: row.id } },
              }),
            )
          }
        />
      ),
      ...fixed,
    },
    {
      key: "whom",
      title: t("consents.whom"),
      value: (row) => whom(row.reach, row.reach_key),
      ...fixed,
    },
    {
      key: "given",
      title: t("consents.given"),
      value: (row) => row.given_at,
      render: (row) => `${moment(row.given_at, i18n.language)} ${row.channel}`,
      ...fixed,
    },
    { key: "proof", title: t("consents.proof"), value: (row) => row.proof, ...fixed },
    {
      key: "by",
      title: t("consents.by"),
      value: (row) => row.recorded_by || null,
      ...fixed,
    },
    {
      key: "state",
      title: t("consents.state"),
      value: (row) => standing(row, new Date()),
      render: (row) => <Standing consent={row} />,
      width: 280,
      ...fixed,
    },
  ];
}

/** Whether it holds, and until when; and ending it. */
function Standing({ consent }: { consent: Consent }) {
  const { t, i18n } = useTranslation("compliance");
  const may = useMay();
  const [ending, setEnding] = useState(false);
  const how = standing(consent, new Date());
  const when =
    how === "withdrawn"
      ? consent.withdrawn_at &&
        `${moment(consent.withdrawn_at, i18n.language)} ${consent.withdrawn_by ?? ""}`
      : consent.expires_at &&
        t("consents.until", { at: moment(consent.expires_at, i18n.language) });
  return (
    <>
      <Group gap={8}>
        <StatePill state={STATES[how]} word={t(`consents.states.${how}`)} />
        {when && <span className="quiet">{when}</span>}
        {how === "holds" && may("edit_dnc") && !ending && (
          <Button variant="subtle" size="compact-xs" onClick={() => setEnding(true)}>
            {t("consents.withdraw")}
          </Button>
        )}
      </Group>
      {consent.withdrawn_why && <q className="quiet">{consent.withdrawn_why}</q>}
      {ending && <Withdraw consent={consent} onClose={() => setEnding(false)} />}
    </>
  );
}

function Withdraw({ consent, onClose }: { consent: Consent; onClose: () => void }) {
  const { t } = useTranslation("compliance");
  const queries = useQueryClient();
  const [why, setWhy] = useState("");
  const withdraw = useAct(
    () =>
      ok(
        api.POST("/v1/consents/{consent_id}/withdraw", {
          params: { path: { consent_id: consent.id } },
          body: { why },
        }),
      ),
    () => {
      onClose();
      void queries.invalidateQueries({ queryKey: CONSENTS });
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        withdraw.act();
      }}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <Group gap={8} mt={4}>
        <TextInput
          aria-label={t("consents.why")}
          placeholder={t("consents.why")}
          value={why}
          maxLength={255}
          onChange={(event) => setWhy(event.currentTarget.value)}
          autoFocus
        />
        <Button type="submit" loading={withdraw.busy} disabled={!why.trim()} size="compact-sm">
          {t("consents.withdraw")}
        </Button>
        <Button variant="default" size="compact-sm" onClick={onClose}>
          {t("parts:cancel")}
        </Button>
      </Group>
      <FaultText fault={withdraw.fault} />
    </form>
  );
}
