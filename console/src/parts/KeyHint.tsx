import { Kbd } from "@mantine/core";

/** The key that does the same, shown beside it: `<KeyHint keys="H" />`. */
export function KeyHint({ keys }: { keys: string }) {
  return (
    <Kbd size="xs" aria-hidden="true" px={4} py={0} style={{ lineHeight: "16px" }}>
      {keys}
    </Kbd>
  );
}
