import { Button, CloseButton, Popover } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./recordings.module.css";

interface Props {
  label: string;
  /** What it narrows to, in words; null: it does not. */
  value: string | null;
  onClear: () => void;
  /** What one chooses with; `close` once chosen. */
  children: (close: () => void) => ReactNode;
}

/** One filter: its name, or what it narrows to; opens to be changed, and clears with its cross. */
export function FilterChip({ label, value, onClear, children }: Props) {
  const { t } = useTranslation("recordings");
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus>
      <span className={classes.chip} data-set={value !== null || undefined}>
        <Popover.Target>
          <Button
            variant="subtle"
            color={value === null ? "gray" : undefined}
            rightSection={value === null ? <IconChevronDown size={12} /> : null}
            onClick={() => setOpen(!open)}
            aria-expanded={open}
          >
            {value === null ? label : `${label}: ${value}`}
          </Button>
        </Popover.Target>
        {value !== null && (
          <CloseButton size="xs" onClick={onClear} aria-label={t("filter.clear", { label })} />
        )}
      </span>
      <Popover.Dropdown>{children(() => setOpen(false))}</Popover.Dropdown>
    </Popover>
  );
}
