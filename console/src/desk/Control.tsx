import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { KeyHint } from "../parts/KeyHint";
import classes from "./desk.module.css";
import { type DeskKey, KEYS } from "./keys";
import { useKey } from "./useDeskKeys";

interface Props extends Omit<ButtonProps, "onClick"> {
  /** The key that does the same; shown, and heard while this is on the page. */
  keyOf?: DeskKey;
  onClick: () => void;
  full?: boolean;
  pressed?: boolean;
  icon?: ReactNode;
  children: ReactNode;
  testId?: string;
}

/** A button of the desk with its key. */
export function Control(props: Props) {
  const { keyOf, onClick, full, pressed, icon, children, testId, ...button } = props;
  const idle = Boolean(button.disabled || button.loading);
  useKey(keyOf && !idle ? keyOf : null, onClick);
  return (
    <Button
      variant="default"
      {...button}
      size="sm"
      px={12}
      className={classes.control}
      onClick={onClick}
      leftSection={icon}
      rightSection={keyOf && <KeyHint keys={KEYS[keyOf]} />}
      aria-pressed={pressed}
      aria-keyshortcuts={keyOf && KEYS[keyOf]}
      data-full={full || undefined}
      data-testid={testId}
    >
      {children}
    </Button>
  );
}
