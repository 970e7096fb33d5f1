import {
  IconBuildingBroadcastTower,
  IconEar,
  IconFileSpreadsheet,
  IconFileText,
  IconHeadset,
  IconList,
  IconListCheck,
  IconMicrophone,
  IconSettings,
  IconSpeakerphone,
  IconUserSearch,
} from "@tabler/icons-react";
import { type ComponentType, lazy } from "react";
import type { Right } from "../api/me";

/** One page. Its address is `path`; those without `right` neither see nor reach it. */
export interface Page {
  /** Sub-pages and parameters as in React Router: "/campaigns/:id". */
  path: string;
  /** One of them is enough; null: everybody who is signed in. */
  right: Right | readonly Right[] | null;
  element: ReturnType<typeof later>;
  /** Only for people who work as an agent themselves. */
  agents?: true;
  /** In the navigation, in the order of this list. textKey: "namespace:key". */
  nav?: { icon: ComponentType<{ size?: number }>; textKey: string };
}

type Load = () => Promise<{ default: ComponentType }>;

/** A page whose code is fetched when it is first shown, or asked for before that. */
const later = (load: Load) => Object.assign(lazy(load), { load });

/** Every page of the console. The first that a person may see is where they start. */
export const pages: readonly Page[] = [
  {
    path: "/desk",
    right: "desk",
    agents: true,
    element: later(() => import("../desk/DeskPage")),
    nav: { icon: IconHeadset, textKey: "desk:nav" },
  },
  {
    path: "/floor",
    right: "see_floor",
    element: later(() => import("../floor/FloorPage")),
    nav: { icon: IconBuildingBroadcastTower, textKey: "floor:nav" },
  },
  {
    path: "/recordings",
    right: "see_recordings",
    element: later(() => import("../recordings/RecordingsPage")),
    nav: { icon: IconMicrophone, textKey: "recordings:nav" },
  },
  {
    path: "/leads",
    right: "see_leads",
    element: later(() => import("../leads/LeadsPage")),
    nav: { icon: IconUserSearch, textKey: "leads:nav" },
  },
  {
    path: "/leads/appointments",
    right: "see_leads",
    element: later(() => import("../leads/AppointmentsPage")),
  },
  {
    path: "/leads/:id",
    right: "see_leads",
    element: later(() => import("../leads/LeadPage")),
  },
  {
    path: "/reports",
    right: "see_reports",
    element: later(() => import("../reports/ReportsPage")),
    nav: { icon: IconFileSpreadsheet, textKey: "reports:nav" },
  },
  {
    path: "/audit",
    right: "see_audit",
    element: later(() => import("../audit/AuditPage")),
    nav: { icon: IconListCheck, textKey: "audit:nav" },
  },
  {
    path: "/campaigns",
    right: "see_campaigns",
    element: later(() => import("../campaigns/CampaignsPage")),
    nav: { icon: IconSpeakerphone, textKey: "campaigns:nav" },
  },
  {
    path: "/campaigns/:id",
    right: "see_campaigns",
    element: later(() => import("../campaigns/CampaignPage")),
  },
  {
    path: "/campaigns/:id/import",
    right: "edit_leads",
    element: later(() => import("../lists/ImportPage")),
  },
  {
    path: "/lists",
    right: ["edit_leads", "see_leads"],
    element: later(() => import("../lists/ListsPage")),
    nav: { icon: IconList, textKey: "lists:nav" },
  },
  {
    path: "/scripts",
    right: "edit_campaigns",
    element: later(() => import("../scripts/ScriptsPage")),
    nav: { icon: IconFileText, textKey: "scripts:nav" },
  },
  {
    path: "/scripts/:id",
    right: "edit_campaigns",
    element: later(() => import("../scripts/ScriptPage")),
  },
  {
    path: "/outcomes",
    right: ["edit_site", "correct_calls"],
    element: later(() => import("../outcomes/OutcomesPage")),
    nav: { icon: IconEar, textKey: "outcomes:nav" },
  },
  {
    path: "/admin/:section?",
    right: ["edit_site", "edit_users", "edit_agents", "edit_dnc"],
    element: later(() => import("../admin/AdminPage")),
    nav: { icon: IconSettings, textKey: "admin:nav" },
  },
  {
    path: "/me",
    right: null,
    element: later(() => import("../signin/MePage")),
  },
];
