import { Button } from "@mantine/core";
import { IconLock, IconMapQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "../parts/EmptyState";

export function NotFound() {
  const { t } = useTranslation("app");
  return (
    <EmptyState
      icon={<IconMapQuestion size={32} />}
      title={t("notFound.title")}
      action={
        <Button component={Link} to="/" variant="default">
          {t("notFound.home")}
        </Button>
      }
    >
      {t("notFound.text")}
    </EmptyState>
  );
}

export function Forbidden() {
  const { t } = useTranslation("app");
  return (
    <EmptyState
      icon={<IconLock size={32} />}
      title={t("forbidden.title")}
      action={
        <Button component={Link} to="/" variant="default">
          {t("notFound.home")}
        </Button>
      }
    >
      {t("forbidden.text")}
    </EmptyState>
  );
}
