import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { FaultText } from "../../parts/FaultText";
import type { BoardAgentView } from "../board";
import { supervise } from "../supervise";
import classes from "./agents.module.css";

const LONGEST = 500;

/** A few words onto the agent's desk. */
export function Message({ agent }: { agent: BoardAgentView }) {
  const { t } = useTranslation("floor");
  const [text, setText] = useState("");
  const [sent, setSent] = useState(false);
  const send = useAct(
    () => supervise.message([agent.name], text.trim()),
    () => {
      setText("");
      setSent(true);
    },
  );
  return (
    <section className={classes.section} aria-label={t("message.title")}>
      <h3>{t("message.title")}</h3>
      <Textarea
        autosize
        minRows={1}
        maxRows={4}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setSent(false);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && text.trim()) {
            event.preventDefault();
            send.act();
          }
        }}
        placeholder={t("message.placeholder")}
        aria-label={t("message.title")}
      />
      <div className={classes.buttons}>
        <Button
          variant="default"
          disabled={!text.trim()}
          loading={send.busy}
          onClick={() => send.act()}
        >
          {t("message.send")}
        </Button>
        <span className="quiet" role="status">
          {sent && t("message.sent")}
        </span>
      </div>
      <FaultText fault={send.fault} />
    </section>
  );
}
