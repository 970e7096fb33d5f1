import { Button, Group, Text } from "@mantine/core";
import { IconEar } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAct } from "../api/act";
import type { GroupView, Named } from "../api/schema";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { moment } from "../parts/time";
import { forget, nameGroup, sampleOf, useLibraryChanged, useUnknown } from "./api";
import { Listen } from "./Listen";
import { titled, type Words } from "./meanings";
import classes from "./outcomes.module.css";
import { Past } from "./Past";
import { NO_WORDS, useMeaningWord, WordsFields } from "./WordsFields";

/** What nobody has taught: heard how often, since when, where; listened to and named once. */
export function UnknownTab() {
  const { t } = useTranslation("outcomes");
  const { data, error, refetch } = useUnknown();
  const [wanted, setWanted] = useState<number | null>(null);
  const [named, setNamed] = useState<Named | null>(null);
  const columns = useColumns();
  const group = data?.find((one) => one.id === wanted) ?? data?.[0];
  if (error) return <FaultText fault={error} again={() => void refetch()} />;
  return (
    <>
      <p className={classes.says}>{t("unknown.says")}</p>
      <div className={classes.columns}>
        <DataTable
          label={t("tab.unknown")}
          columns={columns}
          rows={data}
          rowKey={(row) => row.id}
          selected={named ? null : group?.id}
          onOpen={(row) => {
            setNamed(null);
            setWanted(row.id);
          }}
          empty={
            <EmptyState
              icon={<IconEar size={32} />}
              title={t("unknown.none")}
              action={
                <Button component={Link} to="?tab=taught&open=new" variant="default">
                  {t("taught.teach")}
                </Button>
              }
            >
              {t("unknown.noneNext")}
            </EmptyState>
          }
        />
        {named ? (
          <NamedNow
            key={named.announcement.id}
            named={named}
            more={Boolean(data?.length)}
            onClose={() => setNamed(null)}
          />
        ) : (
          group && <NameIt key={group.id} group={group} onNamed={setNamed} />
        )}
      </div>
    </>
  );
}

function useColumns(): Column<GroupView>[] {
  const { t, i18n } = useTranslation("outcomes");
  const when = (at: string) => moment(at, i18n.language);
  return [
    {
      key: "sound",
      title: t("sound"),
      value: (row) => row.seconds,
      render: (row) => (
        <Listen
          src={sampleOf.unknown(row.id)}
          what={t("unknown.one", { id: row.id })}
          length={row.seconds}
        />
      ),
    },
    {
      key: "heard",
      title: t("unknown.heard"),
      hint: t("unknown.heardMeans"),
      value: (row) => row.size,
      align: "right",
    },
    {
      key: "calls",
      title: t("unknown.calls"),
      hint: t("unknown.callsMeans"),
      value: (row) => row.attempts,
      align: "right",
    },
    {
      key: "since",
      title: t("unknown.since"),
      value: (row) => row.first_at,
      render: (row) => when(row.first_at),
    },
    {
      key: "last",
      title: t("unknown.last"),
      value: (row) => row.last_at,
      render: (row) => when(row.last_at),
    },
    { key: "trunk", title: t("unknown.trunk"), value: (row) => row.trunks.join(", ") || null },
    {
      key: "prefix",
      title: t("unknown.prefix"),
      hint: t("unknown.prefixMeans"),
      value: (row) => row.prefixes?.join(", ") || null,
    },
  ];
}

interface NameProps {
  group: GroupView;
  onNamed: (named: Named) => void;
}

function NameIt({ group, onNamed }: NameProps) {
  const { t } = useTranslation("outcomes");
  const changed = useLibraryChanged();
  const word = useMeaningWord();
  const [words, setWords] = useState(NO_WORDS);
  const name = useAct(
    (said: Words) => nameGroup(group.id, titled(said, word)),
    (made) => {
      onNamed(made);
      changed();
    },
  );
  const { means } = words;
  return (
    <form
      className={classes.panel}
      aria-label={t("unknown.name")}
      data-group={group.id}
      onSubmit={(event) => {
        event.preventDefault();
        if (means) name.act({ ...words, means });
      }}
    >
      <h2>{t("unknown.one", { id: group.id })}</h2>
      <Listen src={sampleOf.unknown(group.id)} what={t("unknown.sample")} length={group.seconds} />
      <WordsFields words={words} set={(change) => setWords({ ...words, ...change })} />
      <FaultText fault={name.fault} />
      <Group>
        <Button type="submit" loading={name.busy} disabled={!means}>
          {t("unknown.nameIt")}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {t("unknown.nameMeans")}
      </Text>
    </form>
  );
}

interface NamedProps {
  named: Named;
  more: boolean;
  onClose: () => void;
}

/** It has a name now: what of the past could follow, and the way back. */
function NamedNow({ named, more, onClose }: NamedProps) {
  const { t } = useTranslation("outcomes");
  const word = useMeaningWord();
  const changed = useLibraryChanged();
  const { id, name, meaning } = named.announcement;
  const undo = useAct(
    () => forget(id),
    () => {
      changed();
      onClose();
    },
  );
  return (
    <section className={classes.panel} aria-label={t("unknown.named", { name })} data-named={id}>
      <h2>{t("unknown.named", { name })}</h2>
      <Text size="sm" aria-live="polite">
        {t("unknown.knownNow", { meaning: word(meaning) })}{" "}
        {named.groups > 1 && t("unknown.alsoGroups", { count: named.groups - 1 })}
      </Text>
      <Past id={id} known={named} />
      <FaultText fault={undo.fault} />
      <Group gap={8}>
        <Button variant="default" loading={undo.busy} onClick={() => undo.act()}>
          {t("unknown.undo")}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          {t(more ? "unknown.next" : "parts:close")}
        </Button>
      </Group>
    </section>
  );
}
