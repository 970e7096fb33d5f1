import { Button, Group, TextInput } from "@mantine/core";
import { IconBuilding, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { FaultText } from "../../parts/FaultText";
import { PageHeader } from "../../parts/PageHeader";

/** The companies that campaigns are run for. */
export function ClientsSection() {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const { data, error } = useQuery({
    queryKey: ["clients"],
    queryFn: () => ok(api.GET("/v1/clients")),
    retry: false,
  });
  const [name, setName] = useState("");
  const make = useAct(
    () => ok(api.POST("/v1/clients", { body: { name } })),
    () => {
      setName("");
      void queries.invalidateQueries({ queryKey: ["clients"] });
    },
  );
  return (
    <>
      <PageHeader title={t("clients.title")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) make.act();
          }}
        >
          <Group gap={8}>
            <TextInput
              aria-label={t("clients.name")}
              placeholder={t("clients.name")}
              value={name}
              maxLength={128}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button
              type="submit"
              leftSection={<IconPlus size={16} />}
              loading={make.busy}
              disabled={!name.trim()}
            >
              {t("clients.new")}
            </Button>
          </Group>
        </form>
      </PageHeader>
      <FaultText fault={make.fault ?? error} />
      <DataTable
        label={t("clients.title")}
        columns={[
          { key: "name", title: t("clients.name"), value: (row) => row.name },
          {
            key: "campaigns",
            title: t("clients.campaigns"),
            value: (row) => row.campaigns,
            align: "right",
          },
        ]}
        rows={data}
        rowKey={(row) => row.id}
        empty={
          <EmptyState icon={<IconBuilding size={32} />} title={t("clients.none")}>
            {t("clients.noneNext")}
          </EmptyState>
        }
      />
    </>
  );
}
