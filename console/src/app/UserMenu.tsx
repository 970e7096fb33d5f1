import { Button, Menu } from "@mantine/core";
import {
  IconDeviceDesktop,
  IconLanguage,
  IconLogout,
  IconMoonStars,
  IconSun,
  IconUserCog,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, ok } from "../api/client";
import { useMe } from "../api/me";
import { queries } from "../api/queries";
import { keep, useTheme } from "./useTheme";

const THEMES = [
  ["light", IconSun],
  ["dark", IconMoonStars],
  ["auto", IconDeviceDesktop],
] as const;

export function UserMenu() {
  const { t, i18n } = useTranslation("app");
  const me = useMe();
  const { chosen, choose } = useTheme();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button variant="subtle" px={8} style={{ flex: "none" }} data-testid="user-menu">
          {me.display_name || me.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t(`role.${me.role}`)}</Menu.Label>
        <Menu.Item component={Link} to="/me" leftSection={<IconUserCog size={16} />}>
          {t("user.settings")}
        </Menu.Item>
        <Menu.Label>{t("user.theme")}</Menu.Label>
        {THEMES.map(([theme, Icon]) => (
          <Menu.Item
            key={theme}
            leftSection={<Icon size={16} />}
            aria-current={chosen === theme || undefined}
            fw={chosen === theme ? 600 : undefined}
            onClick={() => choose(theme)}
          >
            {t(`theme.${theme}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t("user.language")}</Menu.Label>
        {(["en", "zh"] as const).map((language) => (
          <Menu.Item
            key={language}
            lang={language === "zh" ? "zh-CN" : "en"}
            leftSection={<IconLanguage size={16} />}
            fw={i18n.language === language ? 600 : undefined}
            onClick={() => void keep({ language })}
          >
            {language === "zh" ? "简体中文" : "English"}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t("user.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

async function signOut(): Promise<void> {
  await ok(api.DELETE("/v1/session"));
  queries.clear();
  location.assign("/");
}
