import { Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Navigate, useSearchParams } from "react-router";
import { type Right, useMay } from "../api/me";
import { useActs } from "../app/acts";
import { PageHeader } from "../parts/PageHeader";
import { AnswersTab } from "./AnswersTab";
import { ReclassifyTab } from "./ReclassifyTab";
import { TaughtTab } from "./TaughtTab";
import { UnknownTab } from "./UnknownTab";

const TABS = [
  { key: "unknown", right: "edit_site", Element: UnknownTab },
  { key: "taught", right: "edit_site", Element: TaughtTab },
  { key: "again", right: "correct_calls", Element: ReclassifyTab },
  { key: "answers", right: "correct_calls", Element: AnswersTab },
] as const satisfies readonly { key: string; right: Right; Element: () => React.ReactNode }[];

/** What carriers say instead of signalling it, and calls judged anew by it. */
export default function OutcomesPage() {
  const { t } = useTranslation("outcomes");
  const may = useMay();
  const [address, setAddress] = useSearchParams();
  const offered = TABS.filter((tab) => may(tab.right));
  const open = offered.find((tab) => tab.key === address.get("tab")) ?? offered[0];
  const go = (tab: string | null) => setAddress(tab && tab !== offered[0]?.key ? { tab } : {});
  useActs(
    offered.map(({ key }) => ({
      id: `outcomes-${key}`,
      label: t(`tab.${key}`),
      run: () => go(key),
    })),
  );
  if (!open) return <Navigate to="/" replace />;
  return (
    <div className="page" data-page="outcomes">
      <PageHeader title={t("title")} />
      <Tabs value={open.key} onChange={go} keepMounted={false}>
        <Tabs.List>
          {offered.map(({ key }) => (
            <Tabs.Tab key={key} value={key}>
              {t(`tab.${key}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={open.key} pt={12}>
          <open.Element />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
