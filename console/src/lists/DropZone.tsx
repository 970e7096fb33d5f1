import { Button, FileButton, Loader, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./lists.module.css";

interface Props {
  busy: boolean;
  onFile: (file: File) => void;
  children?: ReactNode;
}

/** Where a file is dropped, or chosen with the keyboard. */
export function DropZone({ busy, onFile, children }: Props) {
  const { t } = useTranslation("lists");
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !busy) onFile(file);
  };
  return (
    <section
      className={classes.drop}
      data-over={over || undefined}
      aria-label={t("dropHere")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {busy ? <Loader size={32} /> : <IconFileUpload size={32} className="quiet" />}
      <Text fw={600}>{busy ? t("reading") : t("dropHere")}</Text>
      <FileButton onChange={(file) => file && onFile(file)} accept=".csv,.txt,.xlsx">
        {(props) => (
          <Button {...props} disabled={busy}>
            {t("chooseFile")}
          </Button>
        )}
      </FileButton>
      <Text size="sm" c="dimmed" maw={520} ta="center">
        {t("dropMeans")}
      </Text>
      {children}
    </section>
  );
}
