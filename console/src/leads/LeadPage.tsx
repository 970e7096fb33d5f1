import { Anchor, Skeleton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useMay } from "../api/me";
import type { Lead } from "../api/schema";
import { TheirClock } from "../desk/TheirClock";
import { FaultText } from "../parts/FaultText";
import { Panel } from "../parts/form/Panel";
import { MaskedNumber } from "../parts/MaskedNumber";
import { PageHeader } from "../parts/PageHeader";
import { Attempts } from "./Attempts";
import { useLead } from "./api";
import { LeadState } from "./LeadState";
import classes from "./leads.module.css";
import { NeverAgain } from "./NeverAgain";
import { Schedule } from "./Schedule";

/** One lead: who it is, when it is called next and why, what was before. */
export default function LeadPage() {
  const { t } = useTranslation("leads");
  const id = Number(useParams().id);
  const { data: lead, error, refetch } = useLead(id);
  return (
    <div className="page" data-page="lead">
      <Anchor component={Link} to="/leads" size="sm">
        ← {t("back")}
      </Anchor>
      <PageHeader
        title={lead ? lead.name || t("unnamed") : t("lead", { id })}
        beside={lead && <LeadState state={lead.state} />}
      >
        {lead && <NeverAgain lead={lead} />}
      </PageHeader>
      <FaultText fault={error} again={() => void refetch()} />
      {!lead && !error && <Skeleton height={240} />}
      {lead && (
        <div className={classes.lead}>
          <div className={classes.column}>
            <Schedule lead={lead} />
            <Facts lead={lead} />
          </div>
          <Panel title={t("history.title")}>
            <Attempts lead={lead} />
          </Panel>
        </div>
      )}
    </div>
  );
}

function Facts({ lead }: { lead: Lead }) {
  const { t } = useTranslation("leads");
  const may = useMay();
  return (
    <Panel title={t("facts")}>
      <dl className={classes.facts}>
        <dt>{t("lead", { id: "" })}</dt>
        <dd>{lead.id}</dd>
        <dt>{t("reference")}</dt>
        <dd>{lead.reference || "–"}</dd>
        {lead.numbers.map((number, index) => (
          <NumberLine key={number.id} lead={lead} number={number} first={index === 0} />
        ))}
        <dt>{t("timeThere")}</dt>
        <dd>
          <TheirClock zone={lead.time_zone} />
        </dd>
        <dt>{t("priority")}</dt>
        <dd>{lead.priority}</dd>
        {Object.entries(lead.fields).map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      {!may("see_numbers") && (
        <Text size="sm" c="dimmed" mt={8}>
          {t("numbersHidden")}
        </Text>
      )}
    </Panel>
  );
}

interface NumberProps {
  lead: Lead;
  number: Lead["numbers"][number];
  first: boolean;
}

function NumberLine({ lead, number, first }: NumberProps) {
  const { t } = useTranslation("leads");
  return (
    <>
      <dt>{first ? t("numbers") : ""}</dt>
      <dd>
        <MaskedNumber masked={number.e164} leadId={lead.id} numberId={number.id} />
        {!number.usable && <span className="quiet"> · {t("notUsable")}</span>}
      </dd>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value || "–"}</dd>
    </>
  );
}
