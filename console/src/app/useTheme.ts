import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { api, ok } from "../api/client";
import { ME, type Me, type ThemeChoice } from "../api/me";
import { queries } from "../api/queries";
import type { Tastes } from "../api/schema";

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
    void keep({ theme: theme === "auto" ? "" : theme });
  };
  return { chosen: colorScheme, choose, turn: () => choose(shown === "dark" ? "light" : "dark") };
}

/** Keeps what one likes with the account. */
export async function keep(change: Tastes): Promise<void> {
  queries.setQueryData<Me>(ME, await ok(api.PATCH("/v1/me", { body: change })));
}
