import { Button, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconArrowRight, IconCheck } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { link } from "../live";
import { KeyHint } from "../parts/KeyHint";
import { Ask } from "./Ask";
import classes from "./desk.module.css";
import { Saved } from "./Saved";
import { lacks, nextStep, way } from "./script";
import type { Answers, DeskCall, DeskView, Script, Step } from "./types";
import { useAutoSave } from "./useAutoSave";
import { useKey } from "./useDeskKeys";

interface Props {
  desk: DeskView;
  call: DeskCall;
  script: Script;
}

interface Kept {
  answers: Answers;
  step: string;
}

/** The script, one step at a time, along the way that the answers take. */
export function ScriptColumn({ desk, call, script }: Props) {
  const { t } = useTranslation("desk");
  const { autoSave, state } = useAutoSave<Kept>(`${call.id}.answers`, (kept) =>
    ok(api.PUT("/v1/desk/answers", { body: { attempt: call.id, browser: link.browser, ...kept } })),
  );
  const [kept, setKept] = useState<Kept>(
    () => autoSave.draft ?? { answers: desk.answers, step: desk.step },
  );
  const [insisting, setInsisting] = useState(false);
  // Another page of the agent's changed them: this one follows, unless it has changes of its own.
  useEffect(() => {
    if (autoSave.draft === undefined) setKept({ answers: desk.answers, step: desk.step });
  }, [desk.answers, desk.step, autoSave]);
  const change = (now: Kept) => {
    setKept(now);
    autoSave.set(now);
  };

  const steps = way(script, kept.answers);
  const at = Math.max(
    0,
    steps.findIndex(({ id }) => id === kept.step),
  );
  const step = steps[at];
  const top = useRef<HTMLHeadingElement>(null);
  useKey("script", () => top.current?.focus());
  if (!step) return <Text>{t("script.empty")}</Text>;

  const missing = lacks(step, kept.answers);
  const following = nextStep(script, step, kept.answers);
  const go = (to: Step | undefined | null) => {
    if (!to) return;
    setInsisting(false);
    change({ ...kept, step: to.id });
    requestAnimationFrame(() => top.current?.focus());
  };
  const forward = () => (missing.size ? setInsisting(true) : go(following));

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        forward();
      }}
      data-testid="script"
      data-step={step.id}
    >
      <Stack gap={16}>
        <Group justify="space-between" wrap="nowrap">
          <Text size="xs" c="dimmed">
            {script.name} · {t("script.step", { n: at + 1, of: steps.length })}
          </Text>
          <Saved state={state} fault={autoSave.fault} />
        </Group>
        <Progress value={(100 * (at + 1)) / steps.length} size={4} aria-hidden="true" />
        <Title order={2} ref={top} tabIndex={-1} style={{ outline: "none" }}>
          {step.title || t("script.untitled", { n: at + 1 })}
        </Title>
        {step.text && <p className={classes.scriptText}>{step.text}</p>}
        {step.questions.map((question) => (
          <Ask
            key={question.id}
            question={question}
            answer={kept.answers[question.id]}
            lack={insisting ? missing.get(question.id) : undefined}
            onAnswer={(answer) =>
              change({ ...kept, answers: { ...kept.answers, [question.id]: answer } })
            }
          />
        ))}
        <Group justify="space-between">
          <Button
            variant="default"
            size="sm"
            leftSection={<IconArrowLeft size={16} />}
            disabled={at === 0}
            onClick={() => go(steps[at - 1])}
            data-testid="step-back"
          >
            {t("script.back")}
          </Button>
          {following ? (
            <Button
              type="submit"
              size="sm"
              rightSection={
                <Group gap={8}>
                  <KeyHint keys="↵" />
                  <IconArrowRight size={16} />
                </Group>
              }
              data-testid="step-next"
            >
              {t("script.next")}
            </Button>
          ) : (
            <Text size="sm" c="dimmed">
              <IconCheck size={14} /> {t(missing.size ? "script.lacks" : "script.end")}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}
