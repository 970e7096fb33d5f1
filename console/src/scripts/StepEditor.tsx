import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Problem, Question, ScriptContent } from "../api/schema";
import { allQuestions, freeId, type Step } from "./edit";
import classes from "./scripts.module.css";

const TYPES: readonly Question["type"][] = ["text", "choice", "many", "number", "date"];
const MERGE = ["name", "agent", "reference", "campaign", "field."];

interface Props {
  step: Step;
  content: ScriptContent;
  number: number;
  readOnly: boolean;
  problems: readonly Problem[];
  onChange: (part: Partial<Step>) => void;
  onRemove: () => void;
  onMove: (by: -1 | 1) => void;
  onAdd: () => void;
}

/** One step: what is said, what is asked, and where it leads. */
export function StepEditor(props: Props) {
  const { step, content, number, readOnly, problems, onChange } = props;
  const { t } = useTranslation("scripts");
  const wrong = (field: string) => problems.find((one) => one.field === field)?.text;
  return (
    <section id={step.id} className={classes.step} aria-label={step.title || step.id}>
      <Group justify="space-between" wrap="nowrap" align="flex-end">
        <TextInput
          label={t("stepTitle", { number })}
          value={step.title}
          maxLength={128}
          readOnly={readOnly}
          flex={1}
          onChange={(event) => onChange({ title: event.currentTarget.value })}
        />
        {!readOnly && (
          <Group gap={0} wrap="nowrap">
            <ActionIcon
              variant="subtle"
              aria-label={t("up")}
              disabled={number === 1}
              onClick={() => props.onMove(-1)}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              aria-label={t("down")}
              disabled={number === content.steps.length}
              onClick={() => props.onMove(1)}
            >
              <IconArrowDown size={16} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              aria-label={t("removeStep")}
              disabled={content.steps.length === 1}
              onClick={props.onRemove}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        )}
      </Group>
      <SaidText step={step} readOnly={readOnly} onChange={onChange} wrong={wrong("text")} />
      <Stack gap={8}>
        {step.questions.map((question, n) => (
          <QuestionEditor
            // biome-ignore lint/suspicious/noArrayIndexKey: the id is edited; the place is the row
            key={n}
            question={question}
            readOnly={readOnly}
            wrong={(field) => wrong(`questions.${n}.${field}`)}
            onChange={(part) =>
              onChange({
                questions: step.questions.map((one, at) => (at === n ? { ...one, ...part } : one)),
              })
            }
            onRemove={() => onChange({ questions: step.questions.filter((_, at) => at !== n) })}
          />
        ))}
      </Stack>
      <Ways step={step} content={content} readOnly={readOnly} onChange={onChange} />
      {!readOnly && (
        <Group gap={8}>
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() =>
              onChange({
                questions: [
                  ...step.questions,
                  {
                    id: freeId(
                      "q",
                      allQuestions(content).map((one) => one.id),
                    ),
                    label: t("newQuestion"),
                    type: "text",
                    options: [],
                    required: false,
                  },
                ],
              })
            }
          >
            {t("addQuestion")}
          </Button>
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() =>
              onChange({ next: [...step.next, { when: null, go: otherStep(content, step) }] })
            }
          >
            {t("addWay")}
          </Button>
          <Button variant="default" leftSection={<IconPlus size={14} />} onClick={props.onAdd}>
            {t("addStep")}
          </Button>
        </Group>
      )}
    </section>
  );
}

const otherStep = (content: ScriptContent, step: Step) =>
  content.steps.find((one) => one.id !== step.id)?.id ?? step.id;

function SaidText({
  step,
  readOnly,
  onChange,
  wrong,
}: {
  step: Step;
  readOnly: boolean;
  onChange: (part: Partial<Step>) => void;
  wrong: string | undefined;
}) {
  const { t } = useTranslation("scripts");
  const area = useRef<HTMLTextAreaElement>(null);
  const insert = (field: string) => {
    const place = area.current;
    const [from, to] = [place?.selectionStart ?? step.text.length, place?.selectionEnd ?? 0];
    const text = `${step.text.slice(0, from)}{{${field}}}${step.text.slice(Math.max(from, to))}`;
    onChange({ text });
    place?.focus();
  };
  return (
    <div>
      <Textarea
        ref={area}
        label={t("said")}
        value={step.text}
        maxLength={8000}
        autosize
        minRows={2}
        maxRows={12}
        readOnly={readOnly}
        error={wrong}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      {!readOnly && (
        <Group gap={4} mt={4}>
          <Text size="xs" c="dimmed">
            {t("insert")}
          </Text>
          {MERGE.map((field) => (
            <Button key={field} size="compact-xs" variant="default" onClick={() => insert(field)}>
              {t(`merge.${field.replace(".", "")}`)}
            </Button>
          ))}
        </Group>
      )}
    </div>
  );
}

function QuestionEditor({
  question,
  readOnly,
  wrong,
  onChange,
  onRemove,
}: {
  question: Question;
  readOnly: boolean;
  wrong: (field: string) => string | undefined;
  onChange: (part: Partial<Question>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation("scripts");
  const chosen = question.type === "choice" || question.type === "many";
  return (
    <div className={classes.question}>
      <Group gap={8} align="flex-end" wrap="nowrap">
        <TextInput
          label={t("question")}
          value={question.label}
          maxLength={256}
          readOnly={readOnly}
          flex={1}
          error={wrong("label") ?? wrong("id")}
          onChange={(event) => onChange({ label: event.currentTarget.value })}
        />
        <Select
          label={t("answer")}
          data={TYPES.map((value) => ({ value, label: t(`type.${value}`) }))}
          value={question.type}
          readOnly={readOnly}
          w={150}
          onChange={(type) => type && onChange({ type: type as Question["type"] })}
        />
        <Checkbox
          label={t("required")}
          checked={question.required}
          disabled={readOnly}
          mb={8}
          onChange={(event) => onChange({ required: event.currentTarget.checked })}
        />
        {!readOnly && (
          <ActionIcon
            variant="subtle"
            mb={4}
            aria-label={t("dropQuestion", { question: question.label })}
            onClick={onRemove}
          >
            <IconTrash size={16} />
          </ActionIcon>
        )}
      </Group>
      {chosen && (
        <TagsInput
          size="xs"
          mt={4}
          label={t("options")}
          placeholder={question.options.length ? "" : t("optionsHow")}
          value={question.options}
          readOnly={readOnly}
          error={wrong("options")}
          acceptValueOnBlur
          onChange={(options) => onChange({ options })}
        />
      )}
    </div>
  );
}

/** Where a step leads: the first way whose condition holds is taken. */
function Ways({
  step,
  content,
  readOnly,
  onChange,
}: {
  step: Step;
  content: ScriptContent;
  readOnly: boolean;
  onChange: (part: Partial<Step>) => void;
}) {
  const { t } = useTranslation("scripts");
  const questions = allQuestions(content);
  const set = (n: number, way: Step["next"][number]) =>
    onChange({ next: step.next.map((one, at) => (at === n ? way : one)) });
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t("leads")}
      </Text>
      {!step.next.length && (
        <Text size="sm" c="dimmed">
          {t("endsHere")}
        </Text>
      )}
      {step.next.map((way, n) => {
        const asked = questions.find((one) => one.id === way.when?.question);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: ways have no names but their order
          <Group key={n} gap={8} wrap="nowrap">
            <Select
              aria-label={t("ifQuestion")}
              data={[
                { value: "", label: t("always") },
                ...questions.map((one) => ({
                  value: one.id,
                  label: t("if", { question: one.label }),
                })),
              ]}
              value={way.when?.question ?? ""}
              readOnly={readOnly}
              flex={1}
              onChange={(question) =>
                set(n, { ...way, when: question ? { question, is: "" } : null })
              }
            />
            {way.when && asked && asked.options.length > 0 && (
              <Select
                aria-label={t("isAnswer")}
                data={asked.options}
                value={way.when.is || null}
                readOnly={readOnly}
                w={160}
                onChange={(is) => is && set(n, { ...way, when: { question: asked.id, is } })}
              />
            )}
            {way.when && asked && !asked.options.length && (
              <TextInput
                aria-label={t("isAnswer")}
                value={way.when.is}
                readOnly={readOnly}
                w={160}
                onChange={(event) =>
                  set(n, { ...way, when: { question: asked.id, is: event.currentTarget.value } })
                }
              />
            )}
            <Text size="sm">→</Text>
            <Select
              aria-label={t("goTo")}
              data={content.steps.map((one) => ({ value: one.id, label: one.title || one.id }))}
              value={way.go}
              readOnly={readOnly}
              w={180}
              onChange={(go) => go && set(n, { ...way, go })}
            />
            {!readOnly && (
              <ActionIcon
                variant="subtle"
                aria-label={t("removeWay")}
                onClick={() => onChange({ next: step.next.filter((_, at) => at !== n) })}
              >
                <IconTrash size={14} />
              </ActionIcon>
            )}
          </Group>
        );
      })}
    </Stack>
  );
}
