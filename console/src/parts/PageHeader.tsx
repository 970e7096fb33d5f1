import { Group, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface Props {
  title: string;
  /** Beside the title: a state, a number. */
  beside?: ReactNode;
  /** At the right: what one can do. */
  children?: ReactNode;
}

/** The top of a page; also the browser tab's title. */
export function PageHeader({ title, beside, children }: Props) {
  useEffect(() => {
    document.title = `${title} · CTI`;
  }, [title]);
  return (
    <Group justify="space-between" wrap="nowrap" mb={12} mih={32}>
      <Group gap={12} wrap="nowrap">
        <Title order={1}>{title}</Title>
        {beside}
      </Group>
      <Group gap={8}>{children}</Group>
    </Group>
  );
}
