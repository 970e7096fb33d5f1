import { Autocomplete, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useOutcomeWord } from "../parts/outcome";
import { carriers, useTaught } from "./api";
import { MEANINGS, type Means, madeName, type Words } from "./meanings";

/** Words whose meaning may still be to be chosen. */
export type Draft = Omit<Words, "means"> & { means?: Means };
export const NO_WORDS: Draft = { carrier: "", name: "" };

interface Props {
  words: Draft;
  set: (change: Partial<Words>) => void;
}

/** A meaning in words; null is a recording that means nothing. */
export function useMeaningWord(): (meaning: string | null) => string {
  const { t } = useTranslation("outcomes");
  const outcome = useOutcomeWord();
  return (meaning) => (meaning === null || meaning === "nothing" ? t("nothing") : outcome(meaning));
}

/** What it means, whose it is, what it is called. */
export function WordsFields({ words, set }: Props) {
  const { t } = useTranslation("outcomes");
  const word = useMeaningWord();
  const taught = useTaught();
  return (
    <>
      <Select
        label={t("means")}
        placeholder={t("meansAsk")}
        description={words.means === "nothing" ? t("nothingMeans") : undefined}
        withAsterisk
        searchable
        nothingFoundMessage={t("parts:nothingFound")}
        data={MEANINGS.map((value) => ({ value, label: word(value) }))}
        value={words.means ?? null}
        onChange={(means) => means && set({ means: means as Means })}
      />
      <Autocomplete
        size="xs"
        label={t("carrier")}
        description={t("carrierMeans")}
        data={carriers(taught.data)}
        maxLength={64}
        value={words.carrier}
        onChange={(carrier) => set({ carrier })}
      />
      <TextInput
        label={t("name")}
        placeholder={words.means && madeName({ means: words.means, carrier: words.carrier }, word)}
        maxLength={128}
        value={words.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
    </>
  );
}
