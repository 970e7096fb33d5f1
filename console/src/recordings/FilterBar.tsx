import { Button, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Choices } from "../api/schema";
import { useOutcomeWord } from "../parts/outcome";
import { FilterChip } from "./FilterChip";
import type { Filters } from "./filters";
import classes from "./recordings.module.css";

/** Outcomes of calls that were answered, and so may have been recorded. */
const OUTCOMES = ["answered", "abandoned", "machine", "fax", "failed"];

interface Props {
  filters: Filters;
  choices: Choices | undefined;
  onChange: (filters: Filters) => void;
}

/** What narrows the list, each as a chip; it stands in the page's address. */
export function FilterBar({ filters, choices, onChange }: Props) {
  const { t, i18n } = useTranslation("recordings");
  const outcomeWord = useOutcomeWord();
  const set = (change: Filters) => onChange({ ...filters, ...change });
  const agent = choices?.agents.find(({ id }) => id === filters.agent);
  const campaign = choices?.campaigns.find(({ id }) => id === filters.campaign);
  const word = (one: { label: string; label_zh: string }) =>
    (i18n.language === "zh" && one.label_zh) || one.label;
  const disposition = choices?.dispositions.find(({ code }) => code === filters.disposition);
  return (
    <search className={classes.filters}>
      <FilterChip
        label={t("filter.number")}
        value={filters.number ?? null}
        onClear={() => set({ number: undefined })}
      >
        {(close) => (
          <NumberForm
            start={filters.number ?? ""}
            onDone={(number) => {
              set({ number: number || undefined });
              close();
            }}
          />
        )}
      </FilterChip>
      <Chosen
        label={t("filter.agent")}
        value={filters.agent?.toString()}
        word={agent ? agent.display_name || agent.name : filters.agent?.toString()}
        options={choices?.agents.map((one) => ({
          value: String(one.id),
          label: one.display_name ? `${one.display_name} (${one.name})` : one.name,
        }))}
        onChange={(value) => set({ agent: value ? Number(value) : undefined })}
      />
      <Chosen
        label={t("filter.campaign")}
        value={filters.campaign?.toString()}
        word={campaign?.name ?? filters.campaign?.toString()}
        options={choices?.campaigns.map((one) => ({ value: String(one.id), label: one.name }))}
        onChange={(value) => set({ campaign: value ? Number(value) : undefined })}
      />
      <Chosen
        label={t("filter.outcome")}
        value={filters.outcome}
        word={filters.outcome && outcomeWord(filters.outcome)}
        options={OUTCOMES.map((value) => ({ value, label: outcomeWord(value) }))}
        onChange={(outcome) => set({ outcome })}
      />
      <Chosen
        label={t("filter.disposition")}
        value={filters.disposition}
        word={disposition ? word(disposition) : filters.disposition}
        options={choices?.dispositions.map((one) => ({ value: one.code, label: word(one) }))}
        onChange={(code) => set({ disposition: code })}
      />
      <DateChip filters={filters} set={set} />
      <LengthChip filters={filters} set={set} />
      {Object.values(filters).some((value) => value !== undefined) && (
        <Button variant="subtle" onClick={() => onChange({})}>
          {t("filter.clearAll")}
        </Button>
      )}
    </search>
  );
}

interface ChosenProps {
  label: string;
  value: string | undefined;
  word: string | undefined;
  options: { value: string; label: string }[] | undefined;
  onChange: (value: string | undefined) => void;
}

function Chosen({ label, value, word, options, onChange }: ChosenProps) {
  const { t } = useTranslation("recordings");
  return (
    <FilterChip label={label} value={word ?? null} onClear={() => onChange(undefined)}>
      {(close) => (
        <Select
          w={240}
          searchable
          defaultDropdownOpened
          comboboxProps={{ withinPortal: false }}
          aria-label={label}
          placeholder={t("filter.type")}
          nothingFoundMessage={t("parts:nothingFound")}
          data={options ?? []}
          value={value ?? null}
          onChange={(chosen) => {
            onChange(chosen ?? undefined);
            close();
          }}
        />
      )}
    </FilterChip>
  );
}

function NumberForm({ start, onDone }: { start: string; onDone: (number: string) => void }) {
  const { t } = useTranslation("recordings");
  const [number, setNumber] = useState(start);
  const done = (event: FormEvent) => {
    event.preventDefault();
    onDone(number.trim());
  };
  return (
    <form onSubmit={done}>
      <TextInput
        w={240}
        data-autofocus
        inputMode="tel"
        maxLength={40}
        label={t("filter.number")}
        description={t("filter.numberHow")}
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <Button type="submit" mt={8}>
        {t("filter.find")}
      </Button>
    </form>
  );
}

interface ChangeProps {
  filters: Filters;
  set: (change: Filters) => void;
}

function DateChip({ filters: { from, to }, set }: ChangeProps) {
  const { t } = useTranslation("recordings");
  const value = from || to ? [from ?? "…", to ?? "…"].join(" – ") : null;
  const today = new Date().toLocaleDateString("en-CA");
  return (
    <FilterChip
      label={t("filter.date")}
      value={from && from === to ? from : value}
      onClear={() => set({ from: undefined, to: undefined })}
    >
      {(close) => (
        <Stack gap={8}>
          <TextInput
            type="date"
            data-autofocus
            label={t("filter.from")}
            max={to ?? today}
            value={from ?? ""}
            onChange={(event) => set({ from: event.currentTarget.value || undefined })}
          />
          <TextInput
            type="date"
            label={t("filter.to")}
            min={from}
            max={today}
            value={to ?? ""}
            onChange={(event) => set({ to: event.currentTarget.value || undefined })}
          />
          <Button
            variant="default"
            onClick={() => {
              set({ from: today, to: today });
              close();
            }}
          >
            {t("filter.today")}
          </Button>
        </Stack>
      )}
    </FilterChip>
  );
}

function LengthChip({ filters: { longer, shorter }, set }: ChangeProps) {
  const { t } = useTranslation("recordings");
  const words =
    longer !== undefined && shorter !== undefined
      ? t("filter.between", { longer, shorter })
      : longer !== undefined
        ? t("filter.atLeast", { longer })
        : shorter !== undefined
          ? t("filter.atMost", { shorter })
          : null;
  const seconds = (value: number | string) => (typeof value === "number" ? value : undefined);
  return (
    <FilterChip
      label={t("filter.length")}
      value={words}
      onClear={() => set({ longer: undefined, shorter: undefined })}
    >
      {() => (
        <Stack gap={8} w={200}>
          <NumberInput
            data-autofocus
            min={0}
            suffix=" s"
            label={t("filter.longer")}
            value={longer ?? ""}
            onChange={(value) => set({ longer: seconds(value) })}
          />
          <NumberInput
            min={longer ?? 0}
            suffix=" s"
            label={t("filter.shorter")}
            value={shorter ?? ""}
            onChange={(value) => set({ shorter: seconds(value) })}
          />
        </Stack>
      )}
    </FilterChip>
  );
}
