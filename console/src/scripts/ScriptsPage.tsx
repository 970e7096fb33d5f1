import { Button, Group, TextInput } from "@mantine/core";
import { IconFileText, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { ScriptHead } from "../api/schema";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { PageHeader } from "../parts/PageHeader";
import { moment } from "../parts/time";
import { SCRIPTS, useScripts } from "./api";
import { blank } from "./edit";

/** All scripts; a new one begins with one empty step. */
export default function ScriptsPage() {
  const { t, i18n } = useTranslation("scripts");
  const may = useMay();
  const go = useNavigate();
  const queries = useQueryClient();
  const { data, error, refetch } = useScripts();
  const [name, setName] = useState("");
  const make = useAct(
    () => ok(api.POST("/v1/scripts", { body: { name, content: blank(t("greeting")) } })),
    (made) => {
      void queries.invalidateQueries({ queryKey: SCRIPTS });
      void go(`/scripts/${made.id}`);
    },
  );
  const columns: Column<ScriptHead>[] = [
    { key: "name", title: t("name"), value: (row) => row.name },
    { key: "steps", title: t("steps"), value: (row) => row.steps, align: "right" },
    { key: "questions", title: t("questions"), value: (row) => row.questions, align: "right" },
    { key: "version", title: t("version"), value: (row) => row.version, align: "right" },
    {
      key: "used",
      title: t("usedBy"),
      value: (row) => row.campaigns.map((one) => one.name).join(", ") || "–",
    },
    {
      key: "changed",
      title: t("changed"),
      value: (row) => row.changed_at,
      render: (row) => `${moment(row.changed_at, i18n.language)} · ${row.changed_by || "–"}`,
    },
  ];
  const making = may("edit_campaigns") && (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) make.act();
      }}
    >
      <Group gap={8}>
        <TextInput
          aria-label={t("newName")}
          placeholder={t("newName")}
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
          {t("new")}
        </Button>
      </Group>
    </form>
  );
  return (
    <div className="page">
      <PageHeader title={t("title")}>{making}</PageHeader>
      <FaultText fault={make.fault} />
      <FaultText fault={error} again={() => void refetch()} />
      {!error && (
        <DataTable
          label={t("title")}
          columns={columns}
          rows={data}
          rowKey={(row) => row.id}
          onOpen={(row) => void go(`/scripts/${row.id}`)}
          empty={
            <EmptyState icon={<IconFileText size={32} />} title={t("none")}>
              {t("noneNext")}
            </EmptyState>
          }
        />
      )}
    </div>
  );
}
