import { Button, Select, Table } from "@mantine/core";
import { IconList, IconUpload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useMay } from "../api/me";
import { useCampaigns, useImports } from "../campaigns/api";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { PageHeader } from "../parts/PageHeader";
import { ImportLine } from "./ImportLine";

/** What was imported, campaign by campaign. */
export default function ListsPage() {
  const { t } = useTranslation("lists");
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const campaigns = useCampaigns();
  const chosen = Number(query.get("campaign")) || campaigns.data?.[0]?.id;
  return (
    <div className="page">
      <PageHeader title={t("title")}>
        <Select
          aria-label={t("campaign")}
          data={(campaigns.data ?? []).map((one) => ({ value: String(one.id), label: one.name }))}
          value={chosen ? String(chosen) : null}
          onChange={(id) => id && setQuery({ campaign: id }, { replace: true })}
          searchable
          w={260}
        />
        {chosen && may("edit_leads") && (
          <Button
            component={Link}
            to={`/campaigns/${chosen}/import`}
            leftSection={<IconUpload size={16} />}
          >
            {t("import")}
          </Button>
        )}
      </PageHeader>
      <FaultText fault={campaigns.error} />
      {chosen ? (
        <Imports key={chosen} campaign={chosen} />
      ) : (
        campaigns.data && (
          <EmptyState
            icon={<IconList size={32} />}
            title={t("noCampaign")}
            action={<Link to="/campaigns">{t("makeCampaign")}</Link>}
          >
            {t("noCampaignNext")}
          </EmptyState>
        )
      )}
    </div>
  );
}

function Imports({ campaign }: { campaign: number }) {
  const { t } = useTranslation("lists");
  const may = useMay();
  const { data, error } = useImports(campaign);
  if (error) return <FaultText fault={error} />;
  if (data && !data.length)
    return (
      <EmptyState
        icon={<IconUpload size={32} />}
        title={t("none")}
        action={
          may("edit_leads") && (
            <Button component={Link} to={`/campaigns/${campaign}/import`}>
              {t("import")}
            </Button>
          )
        }
      >
        {t("noneNext")}
      </EmptyState>
    );
  return (
    <Table aria-label={t("imports")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("file")}</Table.Th>
          <Table.Th>{t("howFar")}</Table.Th>
          <Table.Th ta="right">{t("taken")}</Table.Th>
          <Table.Th ta="right">{t("refused")}</Table.Th>
          <Table.Th ta="right">{t("when")}</Table.Th>
          <Table.Th aria-label={t("takeBack")} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data?.map((job) => (
          <ImportLine key={job.id} job={job} />
        ))}
      </Table.Tbody>
    </Table>
  );
}
