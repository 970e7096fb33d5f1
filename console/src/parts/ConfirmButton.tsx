import { Button, type ButtonProps } from "@mantine/core";
import { type ReactNode, type Ref, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props extends Omit<ButtonProps, "onClick"> {
  /** What the second click does, in words; default: "Really?". */
  question?: string;
  onConfirm: () => void;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

const PATIENCE = 4000;

/** Asks once more in its own place, without a modal; forgets the question by itself. */
export function ConfirmButton({ question, onConfirm, children, ...button }: Props) {
  const { t } = useTranslation("parts");
  const [asking, setAsking] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const click = () => {
    clearTimeout(timer.current);
    if (asking) onConfirm();
    else timer.current = setTimeout(() => setAsking(false), PATIENCE);
    setAsking(!asking);
  };
  return (
    <Button
      {...button}
      color={asking ? "var(--bad-solid)" : button.color}
      variant={asking ? "filled" : (button.variant ?? "default")}
      onClick={click}
      onBlur={() => setAsking(false)}
      aria-live="polite"
    >
      {asking ? (question ?? t("really")) : children}
    </Button>
  );
}
