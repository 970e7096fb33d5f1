import { Checkbox, Group, Radio, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Lack } from "./script";
import type { Answer, Question } from "./types";

interface Props {
  question: Question;
  answer: Answer | undefined;
  lack: Lack | undefined;
  onAnswer: (answer: Answer) => void;
}

/** One question of the script. */
export function Ask({ question, answer, lack, onAnswer }: Props) {
  const { t } = useTranslation("desk");
  const { id, label, type, options, required } = question;
  const text = typeof answer === "string" ? answer : "";
  const common = {
    label,
    required,
    error: lack && t(`script.lack.${lack}`),
    "data-testid": `question-${id}`,
  };
  if (type === "choice") {
    return (
      <Radio.Group {...common} value={text} onChange={onAnswer}>
        <Group gap={16} mt={4}>
          {options.map((option) => (
            <Radio key={option} value={option} label={option} />
          ))}
        </Group>
      </Radio.Group>
    );
  }
  if (type === "many") {
    return (
      <Checkbox.Group
        {...common}
        value={Array.isArray(answer) ? answer : []}
        onChange={(chosen) => onAnswer(options.filter((option) => chosen.includes(option)))}
      >
        <Group gap={16} mt={4}>
          {options.map((option) => (
            <Checkbox key={option} value={option} label={option} />
          ))}
        </Group>
      </Checkbox.Group>
    );
  }
  if (type === "text") {
    return (
      <Textarea
        {...common}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={2000}
        value={text}
        onChange={(event) => onAnswer(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      type={type === "date" ? "date" : "text"}
      inputMode={type === "number" ? "decimal" : undefined}
      w={200}
      value={text}
      onChange={(event) => onAnswer(event.currentTarget.value)}
    />
  );
}
