import { Anchor, Button, Table, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "../../api/me";
import { ImportLine } from "../../lists/ImportLine";
import { Panel } from "../../parts/form/Panel";
import { useImports } from "../api";
import type { Section } from "../CampaignPage";

/** Whom it calls: the lists that were imported. */
export function Whom({ campaign }: Section) {
  const { t } = useTranslation("campaigns");
  const may = useMay();
  const { data } = useImports(campaign.id);
  return (
    <Panel
      id="whom"
      title={t("question.whom")}
      tools={
        may("edit_leads") && (
          <Button
            component={Link}
            to={`/campaigns/${campaign.id}/import`}
            leftSection={<IconUpload size={16} />}
          >
            {t("lists:import")}
          </Button>
        )
      }
    >
      {data?.length ? (
        <Table aria-label={t("lists:imports")}>
          <Table.Tbody>
            {data.slice(0, 5).map((one) => (
              <ImportLine key={one.id} job={one} />
            ))}
          </Table.Tbody>
        </Table>
      ) : (
        <Text size="sm" c="dimmed">
          {data ? t("noLists") : "…"}
        </Text>
      )}
      {(data?.length ?? 0) > 5 && (
        <Anchor component={Link} to={`/lists?campaign=${campaign.id}`} size="sm">
          {t("allLists", { count: data?.length })}
        </Anchor>
      )}
    </Panel>
  );
}
