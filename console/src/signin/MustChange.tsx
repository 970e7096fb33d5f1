import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ME } from "../api/me";
import { queries } from "../api/queries";
import { Card } from "./Card";
import { ChangePassword } from "./ChangePassword";

/** Somebody else knows this password: a new one is due before anything else. */
export function MustChange() {
  const { t } = useTranslation("signin");
  return (
    <Card title={t("mustChange.title")}>
      <Text size="sm">{t("mustChange.text")}</Text>
      <ChangePassword onDone={() => void queries.invalidateQueries({ queryKey: ME })} />
    </Card>
  );
}
