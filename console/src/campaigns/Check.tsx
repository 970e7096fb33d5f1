import { Group, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "../api/schema";
import { FaultText } from "../parts/FaultText";
import { StatePill } from "../parts/StatePill";
import { moment } from "../parts/time";
import { useCheck } from "./api";
import classes from "./campaigns.module.css";

const STATE = { ok: "ok", warning: "warning", stops: "error" } as const;

/** What would keep the campaign from dialling, worst first, each with the way to its question. */
export function Check({ id }: { id: number }) {
  const { t } = useTranslation("campaigns");
  const { data, error } = useCheck(id);
  const [all, setAll] = useState(false);
  if (error) return <FaultText fault={error} />;
  if (!data) return <div className={classes.check} aria-busy="true" />;
  const bad = [...data.findings]
    .filter((one) => one.level !== "ok")
    .sort((a, b) => Number(b.level === "stops") - Number(a.level === "stops"));
  const well = data.findings.filter((one) => one.level === "ok");
  return (
    <section className={classes.check} aria-label={t("check")} data-level={data.level}>
      <Group justify="space-between" gap={12}>
        <Group gap={8}>
          <Text fw={600}>{t("check")}</Text>
          <StatePill state={STATE[data.level]} word={t(`level.${data.level}`)} />
        </Group>
        <UnstyledButton className={classes.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
          {t("fine", { count: well.length })}
        </UnstyledButton>
      </Group>
      <ul className={classes.findings}>
        {(all ? [...bad, ...well] : bad).map((finding) => (
          <Found key={finding.code} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

function Found({ finding }: { finding: Finding }) {
  const { t, i18n } = useTranslation("campaigns");
  const facts = { ...finding.facts } as Record<string, unknown>;
  if (typeof facts.at === "string") facts.at = moment(facts.at, i18n.language);
  if (typeof facts.share === "number") facts.share = `${Math.round(facts.share * 1000) / 10} %`;
  if (typeof facts.word === "string") facts.word = t(`admin:trunk.word.${facts.word}`);
  const own = i18n.exists(`campaigns:finding.${finding.code}`);
  const cure = i18n.exists(`campaigns:cure.${finding.code}`)
    ? t(`cure.${finding.code}`)
    : own
      ? ""
      : finding.cure;
  return (
    <li>
      <StatePill state={STATE[finding.level]} word={t(`level.${finding.level}`)} />
      <a href={finding.where === "state" ? "#page" : `#${finding.where}`}>
        {own ? t(`finding.${finding.code}`, facts) : finding.sentence}
      </a>
      {cure && <span className="quiet">{cure}</span>}
    </li>
  );
}
