import { Button, CloseButton, FileButton, Group, Text } from "@mantine/core";
import { IconFileMusic } from "@tabler/icons-react";
import { type DragEvent, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { Fault } from "../api/fault";
import { FaultText } from "../parts/FaultText";
import { teach, useLibraryChanged } from "./api";
import { Listen } from "./Listen";
import { titled, type Words } from "./meanings";
import classes from "./outcomes.module.css";
import { NO_WORDS, useMeaningWord, WordsFields } from "./WordsFields";

const KNOWN = 409;

interface Props {
  onTaught: (id: number) => void;
  onClose: () => void;
}

/** A recording from a file, and what it means. */
export function Teach({ onTaught, onClose }: Props) {
  const { t } = useTranslation("outcomes");
  const changed = useLibraryChanged();
  const [file, setFile] = useState<File | null>(null);
  const word = useMeaningWord();
  const [words, setWords] = useState(NO_WORDS);
  const learn = useAct(
    ({ sound, said, replace }: { sound: File; said: Words; replace: boolean }) =>
      teach(sound, titled(said, word), replace),
    (made) => {
      changed();
      onTaught(made.announcement.id);
    },
  );
  const { means } = words;
  const ready = file && means ? { sound: file, said: { ...words, means } } : null;
  const known = learn.fault?.status === KNOWN;
  return (
    <form
      className={classes.panel}
      aria-label={t("taught.teach")}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) learn.act({ ...ready, replace: false });
      }}
    >
      <Group justify="space-between" wrap="nowrap">
        <h2>{t("taught.teach")}</h2>
        <CloseButton onClick={onClose} aria-label={t("parts:close")} />
      </Group>
      <SoundFile
        file={file}
        onFile={(chosen) => {
          setFile(chosen);
          learn.forget();
        }}
      />
      <WordsFields words={words} set={(change) => setWords({ ...words, ...change })} />
      {/* Of what is known already the way on is a button, not a word for the command line. */}
      <FaultText fault={known ? new Fault(KNOWN, learn.fault?.what ?? "") : learn.fault} />
      <Group gap={8}>
        <Button type="submit" loading={learn.busy} disabled={!ready}>
          {t("taught.go")}
        </Button>
        {known && ready && (
          <Button
            variant="default"
            loading={learn.busy}
            onClick={() => learn.act({ ...ready, replace: true })}
          >
            {t("taught.anew")}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {t("taught.goMeans")}
      </Text>
    </form>
  );
}

interface FileProps {
  file: File | null;
  onFile: (file: File) => void;
}

function SoundFile({ file, onFile }: FileProps) {
  const { t } = useTranslation("outcomes");
  const [over, setOver] = useState(false);
  const src = useMemo(() => (file ? URL.createObjectURL(file) : ""), [file]);
  useEffect(() => () => URL.revokeObjectURL(src), [src]);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped) onFile(dropped);
  };
  return (
    <section
      className={classes.drop}
      data-over={over || undefined}
      aria-label={t("taught.file")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileMusic size={24} className="quiet" />
      <Text size="sm" fw={600} className={classes.fileName}>
        {file?.name ?? t("taught.drop")}
      </Text>
      <Group gap={8}>
        <FileButton
          onChange={(chosen) => chosen && onFile(chosen)}
          accept="audio/*,.alaw,.ulaw,.gsm,.sln"
        >
          {(props) => (
            <Button {...props} variant="default">
              {t(file ? "taught.another" : "taught.choose")}
            </Button>
          )}
        </FileButton>
        {file && <Listen src={src} what={file.name} />}
      </Group>
    </section>
  );
}
