import { useTranslation } from "react-i18next";
import { Card } from "./Card";
import { SignInForm } from "./SignInForm";

/** The page of those who are not signed in. */
export function SignIn({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("signin");
  return (
    <Card title={t("title")}>
      <SignInForm onDone={onDone} />
    </Card>
  );
}
