import { Button, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { FaultText } from "../parts/FaultText";
import { dtmf } from "./acts";
import classes from "./desk.module.css";

/** Digits in one request. */
const MOST_AT_ONCE = 32;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Tones for menus at the other end. While it has the focus, the keyboard's digits are sent. */
export function Keypad() {
  const { t } = useTranslation("desk");
  const [sent, setSent] = useState("");
  const pad = useRef<HTMLFieldSetElement>(null);
  const [fault, setFault] = useState<unknown>(null);
  useEffect(() => pad.current?.focus(), []);
  const waiting = useRef("");
  const busy = useRef(false);
  // One request at a time, or the second digit might overtake the first.
  const deliver = async () => {
    if (busy.current) return;
    busy.current = true;
    while (waiting.current) {
      const digits = waiting.current.slice(0, MOST_AT_ONCE);
      waiting.current = waiting.current.slice(MOST_AT_ONCE);
      await dtmf(digits).then(() => setFault(null), setFault);
    }
    busy.current = false;
  };
  const send = (digit: string) => {
    setSent((before) => (before + digit).slice(-24));
    waiting.current += digit;
    void deliver();
  };
  return (
    <Stack gap={4}>
      <Text size="sm" mih={20} ta="center" aria-live="polite" className="mono">
        {sent || <span className="quiet">{t("keypadHint")}</span>}
      </Text>
      <fieldset
        ref={pad}
        aria-label={t("control.keypad")}
        className={classes.keypad}
        tabIndex={-1}
        data-testid="pad"
        onKeyDown={(event) => {
          if (!KEYS.includes(event.key) || event.altKey || event.ctrlKey) return;
          event.preventDefault();
          event.stopPropagation();
          send(event.key);
        }}
      >
        {KEYS.map((digit) => (
          <Button key={digit} variant="default" size="sm" onClick={() => send(digit)}>
            {digit}
          </Button>
        ))}
      </fieldset>
      <FaultText fault={fault} />
    </Stack>
  );
}
