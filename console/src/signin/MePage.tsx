import { useTranslation } from "react-i18next";
import { PageHeader } from "../parts/PageHeader";

export default function MePage() {
  const { t } = useTranslation("signin");
  return <PageHeader title={t("me.title")} />;
}
