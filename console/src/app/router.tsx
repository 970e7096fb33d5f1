import { createBrowserRouter, Navigate } from "react-router";
import { useMe } from "../api/me";
import { Welcome } from "../signin/Welcome";
import { Gate } from "./Gate";
import { NotFound } from "./NotFound";
import { PageFrame } from "./PageFrame";
import { RouteBroken } from "./RouteBroken";
import { mayOpen } from "./rights";
import { pages } from "./routes";

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

/** "/" leads to the first page of the navigation that the person may see. */
function Start() {
  const me = useMe();
  const first = pages.find((page) => page.nav && mayOpen(page, me));
  return <Navigate to={first?.path ?? "/me"} replace />;
}
