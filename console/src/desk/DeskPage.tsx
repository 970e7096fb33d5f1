import { useTranslation } from "react-i18next";
import { PageHeader } from "../parts/PageHeader";

export default function DeskPage() {
  const { t } = useTranslation("desk");
  return <PageHeader title={t("nav")} />;
}
