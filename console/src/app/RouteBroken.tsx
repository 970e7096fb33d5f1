import { useRouteError } from "react-router";
import { Broken } from "./ErrorBoundary";

export function RouteBroken() {
  return <Broken error={useRouteError()} again={() => location.reload()} />;
}
