import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { early } from "../api/early";
import { ME, type Me, type ThemeChoice } from "../api/me";
import { queries } from "../api/queries";

/** The theme of the person: kept with the account, so that it is the same everywhere. */
export function useTheme(): {
  chosen: ThemeChoice;
  choose: (theme: ThemeChoice) => void;
  turn: () => void;
} {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme("light");
  const choose = (theme: ThemeChoice) => {
    setColorScheme(theme);
    void keep({ theme });
  };
  return { chosen: colorScheme, choose, turn: () => choose(shown === "dark" ? "light" : "dark") };
}

/** Keeps a part of one's settings; what the page shows changes at once. */
export async function keep(change: Partial<Pick<Me, "language" | "theme">>): Promise<void> {
  queries.setQueryData<Me>(ME, (me) => me && { ...me, ...change });
  await early("PATCH", "/v1/me", change);
}
