import { Button, Checkbox, Group, Radio, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import type { Question, ScriptContent } from "../api/schema";
import { FaultText } from "../parts/FaultText";
import classes from "./scripts.module.css";
import { nextOf } from "./walk";

export type Given = Record<string, string | string[]>;

/** The script as an agent goes through it, with an invented person's data filled in. */
export function Rehearsal({ content }: { content: ScriptContent }) {
  const { t } = useTranslation("scripts");
  const [path, setPath] = useState<string[]>([]);
  const [answers, setAnswers] = useState<Given>({});
  const { data, error } = useQuery({
    queryKey: ["script", "preview", content],
    queryFn: () => ok(api.POST("/v1/scripts/preview", { body: { content, values: {} } })),
    placeholderData: (before) => before,
    retry: false,
  });
  const steps = data?.script.steps ?? content.steps;
  const here = steps.find((one) => one.id === (path.at(-1) ?? content.first)) ?? steps[0];
  if (!here) return null;
  const next = nextOf(here, answers, steps);
  return (
    <aside className={classes.rehearsal} aria-label={t("rehearsal")}>
      <Stack gap={12}>
        <Group justify="space-between">
          <Title order={2}>{t("rehearsal")}</Title>
          <Button
            variant="subtle"
            onClick={() => {
              setPath([]);
              setAnswers({});
            }}
          >
            {t("fromStart")}
          </Button>
        </Group>
        <FaultText fault={error} />
        <div>
          <Text fw={600}>{here.title}</Text>
          <p className={classes.said}>{here.text || t("nothingSaid")}</p>
        </div>
        {here.questions.map((question) => (
          <Asked
            key={question.id}
            question={question}
            given={answers[question.id]}
            onGive={(answer) => setAnswers({ ...answers, [question.id]: answer })}
          />
        ))}
        <Group gap={8}>
          <Button
            variant="default"
            disabled={!path.length}
            onClick={() => setPath(path.slice(0, -1))}
          >
            {t("back")}
          </Button>
          <Button disabled={!next} onClick={() => next && setPath([...path, next.id])}>
            {next ? t("onTo", { step: next.title || next.id }) : t("end")}
          </Button>
        </Group>
      </Stack>
    </aside>
  );
}

interface AskedProps {
  question: Question;
  given: string | string[] | undefined;
  onGive: (answer: string | string[]) => void;
}

function Asked({ question, given, onGive }: AskedProps) {
  if (question.type === "choice")
    return (
      <Radio.Group
        label={question.label}
        required={question.required}
        value={typeof given === "string" ? given : ""}
        onChange={onGive}
      >
        <Stack gap={4} mt={4}>
          {question.options.map((option) => (
            <Radio key={option} value={option} label={option} />
          ))}
        </Stack>
      </Radio.Group>
    );
  if (question.type === "many")
    return (
      <Checkbox.Group
        label={question.label}
        required={question.required}
        value={Array.isArray(given) ? given : []}
        onChange={onGive}
      >
        <Stack gap={4} mt={4}>
          {question.options.map((option) => (
            <Checkbox key={option} value={option} label={option} />
          ))}
        </Stack>
      </Checkbox.Group>
    );
  return (
    <TextInput
      label={question.label}
      required={question.required}
      type={question.type === "date" ? "date" : "text"}
      inputMode={question.type === "number" ? "decimal" : undefined}
      value={typeof given === "string" ? given : ""}
      onChange={(event) => onGive(event.currentTarget.value)}
    />
  );
}
