import { Button, Group, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPencil } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { useMay } from "../api/me";
import type { AttemptView } from "../api/schema";
import { FaultText } from "../parts/FaultText";
import { moment } from "../parts/time";
import { leadKey, useDispositions, useLeadChanged } from "./api";

const HEARD = ["person", "machine", "fax", "ivr", "silence"] as const;
type Heard = (typeof HEARD)[number];

/** What was corrected of a call, by whom and why; and correcting it. */
export function Corrections({ attempt }: { attempt: AttemptView }) {
  const { t, i18n } = useTranslation("leads");
  const may = useMay();
  const { label } = useDispositions(attempt.campaign_id);
  const [open, setOpen] = useState(false);
  const over = attempt.outcome !== null;
  const corrections = attempt.corrections ?? [];
  const offered = may("correct_calls") && over && attempt.answered_at !== null;
  if (!corrections.length && !offered) return null;
  return (
    <div>
      {corrections.length > 0 && (
        <>
          <h3>{t("correct.history")}</h3>
          <ul data-testid="corrections">
            {corrections.map((one) => (
              <li key={one.at}>
                {t("correct.line", {
                  at: moment(one.at, i18n.language),
                  by: one.by,
                  was: one.was ? label(one.was) : t("correct.nothing"),
                  becomes: label(one.becomes),
                })}{" "}
                {one.why && <q>{one.why}</q>} <span className="quiet">{one.effect}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {offered &&
        (open ? (
          <Forms attempt={attempt} onClose={() => setOpen(false)} />
        ) : (
          <Button
            variant="default"
            size="compact-sm"
            mt={4}
            leftSection={<IconPencil size={14} />}
            onClick={() => setOpen(true)}
          >
            {t("correct.open")}
          </Button>
        ))}
    </div>
  );
}

function Forms({ attempt, onClose }: { attempt: AttemptView; onClose: () => void }) {
  const queries = useQueryClient();
  const changed = useLeadChanged(attempt.lead_id);
  const done = (effect: string) => {
    void queries.invalidateQueries({ queryKey: ["attempt", attempt.id] });
    void queries.invalidateQueries({ queryKey: [...leadKey(attempt.lead_id), "attempts"] });
    void queries.invalidateQueries({ queryKey: ["recording", attempt.id] });
    void queries.invalidateQueries({ queryKey: ["recordings", "list"] });
    changed();
    onClose();
    if (effect) notifications.show({ message: effect });
  };
  return (
    <Stack gap={12} mt={4}>
      {attempt.bridged_at !== null && (
        <DispositionForm attempt={attempt} onDone={done} onClose={onClose} />
      )}
      <HeardForm attempt={attempt} onDone={done} onClose={onClose} />
    </Stack>
  );
}

interface FormProps {
  attempt: AttemptView;
  onDone: (effect: string) => void;
  onClose: () => void;
}

/** Another disposition, with the reason that is kept. */
function DispositionForm({ attempt, onDone, onClose }: FormProps) {
  const { t } = useTranslation("leads");
  const { all, label } = useDispositions(attempt.campaign_id);
  const [code, setCode] = useState<string | null>(null);
  const [why, setWhy] = useState("");
  const [note, setNote] = useState(attempt.note ?? "");
  const [at, setAt] = useState("");
  const needsTime = all.find((one) => one.code === code)?.needs_time ?? false;
  const needsWhy = attempt.disposition !== null;
  const correct = useAct(
    () =>
      ok(
        api.POST("/v1/attempts/{attempt_id}/disposition", {
          params: { path: { attempt_id: attempt.id } },
          body: {
            disposition: code ?? "",
            callback_at: needsTime && at ? new Date(at).toISOString() : null,
            note,
            why,
            by: "",
          },
        }),
      ),
    (said) => onDone(said.effect ?? ""),
  );
  const complete = code !== null && (!needsWhy || why.trim()) && (!needsTime || at);
  return (
    <form
      data-testid="correct"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) correct.act();
      }}
    >
      <Stack gap={8}>
        <Group gap={8} align="flex-start">
          <Select
            label={t("correct.disposition")}
            data={all
              .filter((one) => one.code !== attempt.disposition || one.needs_time)
              .map((one) => ({ value: one.code, label: label(one.code) }))}
            value={code}
            onChange={setCode}
            searchable
            w={220}
          />
          {needsTime && (
            <TextInput
              type="datetime-local"
              label={t("correct.callback")}
              value={at}
              onChange={(event) => setAt(event.currentTarget.value)}
            />
          )}
          <TextInput
            label={t("correct.why")}
            value={why}
            maxLength={500}
            onChange={(event) => setWhy(event.currentTarget.value)}
            w={280}
          />
        </Group>
        <Textarea
          label={t("correct.note")}
          value={note}
          maxLength={2000}
          autosize
          minRows={1}
          maxRows={6}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <FaultText fault={correct.fault} />
        <Group gap={8}>
          <Button type="submit" loading={correct.busy} disabled={!complete}>
            {t("correct.save")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t("parts:cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Who picked up, as a person hears it: it overrules what was heard by us, and teaches. */
function HeardForm({ attempt, onDone }: FormProps) {
  const { t } = useTranslation("leads");
  const [heard, setHeard] = useState<Heard | null>(null);
  const say = useAct(
    () =>
      ok(
        api.POST("/v1/attempts/{attempt_id}/heard", {
          params: { path: { attempt_id: attempt.id } },
          body: { is: heard as Heard, by: "" },
        }),
      ),
    () => onDone(t("correct.heardDone")),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (heard) say.act();
      }}
    >
      <Group gap={8} align="flex-end">
        <Select
          label={t("correct.heard")}
          data={HEARD.map((value) => ({ value, label: t(`heard.${value}`) }))}
          value={heard}
          onChange={setHeard}
          w={220}
        />
        <Button type="submit" variant="default" loading={say.busy} disabled={!heard}>
          {t("correct.heardSave")}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {t("correct.heardMeans")}
      </Text>
      <FaultText fault={say.fault} />
    </form>
  );
}
