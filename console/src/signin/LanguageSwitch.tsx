import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { speak } from "../i18n";

export function LanguageSwitch() {
  const { i18n } = useTranslation();
  return (
    <Group gap={4} justify="center">
      {(["en", "zh"] as const).map((language) => (
        <Button
          key={language}
          variant="subtle"
          size="compact-xs"
          lang={language === "zh" ? "zh-CN" : "en"}
          aria-pressed={i18n.language === language}
          fw={i18n.language === language ? 600 : 400}
          onClick={() => void speak(language)}
        >
          {language === "zh" ? "简体中文" : "English"}
        </Button>
      ))}
    </Group>
  );
}
