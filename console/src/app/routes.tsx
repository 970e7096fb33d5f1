import {
  IconBuildingBroadcastTower,
  IconHeadset,
  IconListCheck,
  IconMicrophone,
} from "@tabler/icons-react";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Right } from "../api/me";

/** One page. Its address is `path`; those without `right` neither see nor reach it. */
export interface Page {
  /** Sub-pages and parameters as in React Router: "/campaigns/:id". */
  path: string;
  /** One of them is enough; null: everybody who is signed in. */
  right: Right | readonly Right[] | null;
  element: LazyExoticComponent<ComponentType>;
  /** In the navigation, in the order of this list. textKey: "namespace:key". */
  nav?: { icon: ComponentType<{ size?: number }>; textKey: string };
}

/** Every page of the console. The first that a person may see is where they start. */
export const pages: readonly Page[] = [
  {
    path: "/desk",
    right: "desk",
    element: lazy(() => import("../desk/DeskPage")),
    nav: { icon: IconHeadset, textKey: "desk:nav" },
  },
  {
    path: "/floor",
    right: "see_floor",
    element: lazy(() => import("../floor/FloorPage")),
    nav: { icon: IconBuildingBroadcastTower, textKey: "floor:nav" },
  },
  {
    path: "/recordings",
    right: "see_recordings",
    element: lazy(() => import("../recordings/RecordingsPage")),
    nav: { icon: IconMicrophone, textKey: "recordings:nav" },
  },
  {
    path: "/audit",
    right: "see_audit",
    element: lazy(() => import("../audit/AuditPage")),
    nav: { icon: IconListCheck, textKey: "audit:nav" },
  },
  {
    path: "/me",
    right: null,
    element: lazy(() => import("../signin/MePage")),
  },
];
