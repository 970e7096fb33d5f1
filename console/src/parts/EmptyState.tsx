import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  icon?: ReactNode;
  title: string;
  /** The next step, in words. */
  children?: ReactNode;
  /** And as a button. */
  action?: ReactNode;
}

/** Nothing here yet: says why, and what to do next. */
export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <Stack align="center" gap={8} py={32} px={16} ta="center">
      {icon && <span className="quiet">{icon}</span>}
      <Text fw={600}>{title}</Text>
      {children && (
        <Text size="sm" c="dimmed" maw={420}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
