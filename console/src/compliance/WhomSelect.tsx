import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCampaigns, useClientNames } from "../campaigns/api";
import { EVERYONE, type Whom } from "./whom";

/** A row's reach as a person reads it: the client's or campaign's own name. */
export function useWhomName(): (reach: string, key: number) => string {
  const { t } = useTranslation("compliance");
  const clients = useClientNames();
  const campaigns = useCampaigns();
  return (reach, key) => {
    if (reach === "client") return clients.get(key) ?? t("client", { id: key });
    if (reach === "campaign")
      return campaigns.data?.find(({ id }) => id === key)?.name ?? t("campaign", { id: key });
    return t("everyone");
  };
}

interface Props {
  label: string;
  value: Whom;
  onChange: (whom: Whom) => void;
}

export function WhomSelect({ label, value, onChange }: Props) {
  const { t } = useTranslation("compliance");
  const clients = useClientNames();
  const campaigns = useCampaigns();
  const groups = [
    { group: t("all"), items: [{ value: EVERYONE, label: t("everyone") }] },
    {
      group: t("clients"),
      items: [...clients].map(([id, name]) => ({ value: `client ${id}`, label: name })),
    },
    {
      group: t("campaigns"),
      items: (campaigns.data ?? []).map(({ id, name }) => ({
        value: `campaign ${id}`,
        label: name,
      })),
    },
  ].filter(({ items }) => items.length);
  return (
    <Select
      label={label}
      data={groups}
      value={value}
      onChange={(whom) => onChange(whom ?? EVERYONE)}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t("parts:nothingFound")}
    />
  );
}
