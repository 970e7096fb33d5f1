import { Button, Popover, Textarea } from "@mantine/core";
import { IconMessage } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { FaultText } from "../../parts/FaultText";
import { supervise } from "../supervise";

const LONGEST = 1000;

/** A few words to the desks of all agents that the list shows. names: theirs, the signed-in ones. */
export function MessageAll({ names }: { names: string[] }) {
  const { t } = useTranslation("floor");
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const send = useAct(
    () => supervise.message(names, text.trim()),
    () => {
      setText("");
      setOpen(false);
    },
  );
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconMessage size={14} />}
          disabled={!names.length}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {t("message.toShown", { count: names.length })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown w={320}>
        <Textarea
          data-autofocus
          autosize
          minRows={2}
          maxRows={6}
          maxLength={LONGEST}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          placeholder={t("message.placeholder")}
          aria-label={t("message.title")}
          mb={8}
        />
        <Button disabled={!text.trim()} loading={send.busy} onClick={() => send.act()}>
          {t("message.send")}
        </Button>
        <FaultText fault={send.fault} />
      </Popover.Dropdown>
    </Popover>
  );
}
