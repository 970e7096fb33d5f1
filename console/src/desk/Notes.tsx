import { Group, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { link } from "../live";
import { KeyHint } from "../parts/KeyHint";
import { KEYS } from "./keys";
import { Saved } from "./Saved";
import { useAutoSave } from "./useAutoSave";
import { useKey } from "./useDeskKeys";

/** What the agent writes down, saved while typing. */
export function Notes({ attempt, notes }: { attempt: string; notes: string }) {
  const { t } = useTranslation("desk");
  const { autoSave, state } = useAutoSave<string>(`${attempt}.notes`, (text) =>
    ok(api.PUT("/v1/desk/notes", { body: { attempt, text, browser: link.browser } })),
  );
  const [text, setText] = useState(() => autoSave.draft ?? notes);
  const field = useRef<HTMLTextAreaElement>(null);
  useKey("notes", () => field.current?.focus());
  useEffect(() => {
    // Typed in another page of the agent's; own words that are not saved yet go first.
    if (autoSave.draft === undefined) setText(notes);
  }, [notes, autoSave]);
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <label htmlFor="notes" style={{ fontSize: 13, fontWeight: 600 }}>
          {t("notes.title")} <KeyHint keys={KEYS.notes} />
        </label>
        <Saved state={state} fault={autoSave.fault} />
      </Group>
      <Textarea
        id="notes"
        ref={field}
        autosize
        minRows={3}
        maxRows={8}
        maxLength={2000}
        value={text}
        placeholder={t("notes.hint")}
        onChange={(event) => {
          setText(event.currentTarget.value);
          autoSave.set(event.currentTarget.value);
        }}
        onBlur={() => void autoSave.flush()}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        data-testid="notes"
      />
    </div>
  );
}
