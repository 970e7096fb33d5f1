import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface MoreButtonProps {
  /** A list that comes page by page. */
  of: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
}

/** Below a list: its next page. Nothing when all is there. */
export function MoreButton({ of }: MoreButtonProps) {
  const { t } = useTranslation("parts");
  if (!of.hasNextPage) return null;
  return (
    <Button
      variant="subtle"
      fullWidth
      loading={of.isFetchingNextPage}
      onClick={() => void of.fetchNextPage()}
    >
      {t("more")}
    </Button>
  );
}
