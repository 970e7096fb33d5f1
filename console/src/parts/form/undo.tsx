import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import i18next from "i18next";

const OFFERED_MS = 10_000;

/** Says that something was done, and offers for a while to take it back. */
export function offerUndo(said: string, undo: () => void): void {
  const id = notifications.show({
    autoClose: OFFERED_MS,
    withBorder: true,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{said}</Text>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {i18next.t("parts:undo")}
        </Button>
      </Group>
    ),
  });
}
