import { createBrowserRouter, matchPath, Navigate } from "react-router";
import { type Me, useMe } from "../api/me";
import { Welcome } from "../signin/Welcome";
import { Gate } from "./Gate";
import { NotFound } from "./NotFound";
import { PageFrame } from "./PageFrame";
import { RouteBroken } from "./RouteBroken";
import { mayOpen } from "./rights";
import { type Page, pages } from "./routes";

export const router = createBrowserRouter([
  { path: "/welcome", element: <Welcome /> },
  {
    element: <Gate />,
    errorElement: <RouteBroken />,
    children: [
      { index: true, element: <Start /> },
      ...pages.map((page) => ({ path: page.path, element: <PageFrame page={page} /> })),
      { path: "*", element: <NotFound /> },
    ],
  },
]);

/** The code of the page where this person begins, fetched before it is drawn. */
export function fetchPage(me: Me): void {
  const { pathname } = location;
  const page =
    pathname === "/" ? firstOf(me) : pages.find(({ path }) => matchPath(path, pathname) !== null);
  page?.element.load().catch(() => {}); // told when it is drawn
}

/** "/" leads to the first page of the navigation that the person may see. */
function Start() {
  return <Navigate to={firstOf(useMe())?.path ?? "/me"} replace />;
}

function firstOf(me: Me): Page | undefined {
  return pages.find((page) => page.nav && mayOpen(page, me));
}
