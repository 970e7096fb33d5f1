import { Button } from "@mantine/core";
import { Spotlight, spotlight } from "@mantine/spotlight";
import { IconMoonStars, IconSearch, IconUserCog } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useMe } from "../api/me";
import { KeyHint } from "../parts/KeyHint";
import { useOffered } from "./acts";
import { mayOpen } from "./rights";
import { pages } from "./routes";
import { useTheme } from "./useTheme";

/** Ctrl-K: every page, and every act of the page that is open. */
export function Palette() {
  const { t } = useTranslation("app");
  const go = useNavigate();
  const me = useMe();
  const acts = useOffered();
  const { turn } = useTheme();
  const groups = [
    {
      group: t("palette.here"),
      actions: acts.map(({ id, label, description, icon, run }) => ({
        id,
        label,
        description,
        leftSection: icon,
        onClick: run,
      })),
    },
    {
      group: t("palette.pages"),
      actions: pages
        .filter((page) => page.nav && mayOpen(page, me))
        .map(({ path, nav }) => ({
          id: path,
          label: nav ? t(nav.textKey) : path,
          leftSection: nav && <nav.icon size={18} />,
          onClick: () => void go(path),
        })),
    },
    {
      group: t("palette.you"),
      actions: [
        {
          id: "me",
          label: t("user.settings"),
          leftSection: <IconUserCog size={18} />,
          onClick: () => void go("/me"),
        },
        {
          id: "theme",
          label: t("palette.theme"),
          leftSection: <IconMoonStars size={18} />,
          onClick: turn,
        },
      ],
    },
  ].filter((group) => group.actions.length);
  return (
    <Spotlight
      actions={groups}
      shortcut={["mod + K"]}
      nothingFound={t("parts:nothingFound")}
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{ placeholder: t("palette.placeholder"), leftSection: <IconSearch size={18} /> }}
    />
  );
}

export function PaletteButton() {
  const { t } = useTranslation("app");
  return (
    <Button
      variant="default"
      leftSection={<IconSearch size={14} />}
      rightSection={<KeyHint keys="Ctrl K" />}
      onClick={spotlight.open}
      px={8}
      style={{ flex: "none" }}
      title={t("palette.open")}
    >
      {t("palette.short")}
    </Button>
  );
}
