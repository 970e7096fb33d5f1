import { useTranslation } from "react-i18next";
import { Navigate, NavLink, useParams } from "react-router";
import { type Right, useMay } from "../api/me";
import { CapsSection } from "../compliance/CapsSection";
import { ConsentsSection } from "../compliance/ConsentsSection";
import classes from "./admin.module.css";
import { AgentsSection } from "./sections/AgentsSection";
import { ClientsSection } from "./sections/ClientsSection";
import { DncSection } from "./sections/DncSection";
import { GuideSection } from "./sections/GuideSection";
import { SiteSection } from "./sections/SiteSection";
import { TrunksSection } from "./sections/TrunksSection";
import { UsersSection } from "./sections/UsersSection";

interface Section {
  key: string;
  right: Right;
  Element: () => React.ReactNode;
  /** The namespace of its title, where that is not this page's. */
  texts?: string;
}

const SECTIONS: readonly Section[] = [
  { key: "guide", right: "edit_site", Element: GuideSection },
  { key: "users", right: "edit_users", Element: UsersSection },
  { key: "agents", right: "see_agents", Element: AgentsSection },
  { key: "trunks", right: "edit_site", Element: TrunksSection },
  { key: "dnc", right: "see_dnc", Element: DncSection },
  { key: "consents", right: "see_dnc", Element: ConsentsSection, texts: "compliance" },
  { key: "caps", right: "see_dnc", Element: CapsSection, texts: "compliance" },
  { key: "clients", right: "edit_site", Element: ClientsSection },
  { key: "site", right: "edit_site", Element: SiteSection },
];

/** All that an administrator sets for the whole site, one address for each. */
export default function AdminPage() {
  const { t } = useTranslation("admin");
  const may = useMay();
  const wanted = useParams().section;
  const offered = SECTIONS.filter((one) => may(one.right));
  const chosen = offered.find((one) => one.key === wanted);
  if (!chosen) return <Navigate to={`/admin/${offered[0]?.key ?? "site"}`} replace />;
  return (
    <div className={classes.page}>
      <nav className={classes.nav} aria-label={t("nav")}>
        {offered.map(({ key, texts = "admin" }) => (
          <NavLink key={key} to={`/admin/${key}`}>
            {t(`${texts}:${key}.title`)}
          </NavLink>
        ))}
      </nav>
      <div className={classes.section}>
        <chosen.Element />
      </div>
    </div>
  );
}
