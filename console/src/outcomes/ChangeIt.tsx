import { Button, CloseButton, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import type { AnnouncementView } from "../api/schema";
import { ConfirmButton } from "../parts/ConfirmButton";
import { FaultText } from "../parts/FaultText";
import { same, useDraft } from "../parts/form/draft";
import { change, forget, sampleOf, useLibraryChanged } from "./api";
import { Listen } from "./Listen";
import { renamed, type Words, wordsOf } from "./meanings";
import classes from "./outcomes.module.css";
import { Past } from "./Past";
import { useMeaningWord, WordsFields } from "./WordsFields";

interface Props {
  one: AnnouncementView;
  onClose: () => void;
}

/** One taught announcement: other words for it, the past, and forgetting it. */
export function ChangeIt({ one, onClose }: Props) {
  const { t } = useTranslation("outcomes");
  const changed = useLibraryChanged();
  const word = useMeaningWord();
  const saved = wordsOf(one);
  const { value, set, dirty, reset } = useDraft<Words>(saved);
  const [times, setTimes] = useState(0);
  const save = useAct(
    () => change(one.id, renamed(saved, value, word)),
    ({ announcement }) => {
      set(wordsOf(announcement));
      setTimes(times + 1);
      changed();
    },
  );
  const gone = useAct(
    () => forget(one.id),
    () => {
      changed();
      onClose();
    },
  );
  return (
    <form
      className={classes.panel}
      aria-label={one.name}
      data-announcement={one.id}
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty) save.act();
      }}
    >
      <Group justify="space-between" wrap="nowrap">
        <h2>{one.name}</h2>
        <CloseButton onClick={onClose} aria-label={t("parts:close")} />
      </Group>
      <Listen src={sampleOf.taught(one.id)} what={one.name} length={one.seconds} />
      <WordsFields words={value} set={set} />
      <FaultText fault={save.fault ?? gone.fault} />
      <Group gap={8}>
        <Button type="submit" loading={save.busy} disabled={!dirty}>
          {t("parts:save")}
        </Button>
        {dirty && !same(value, saved) && (
          <Button variant="default" onClick={reset}>
            {t("discard")}
          </Button>
        )}
        <ConfirmButton
          question={t("taught.forgetReally")}
          loading={gone.busy}
          onConfirm={() => gone.act()}
        >
          {t("taught.forget")}
        </ConfirmButton>
      </Group>
      <Text size="sm" c="dimmed">
        {t("taught.forgetMeans")}
      </Text>
      <Past key={times} id={one.id} />
    </form>
  );
}
