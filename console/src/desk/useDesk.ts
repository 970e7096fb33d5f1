import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../api/client";
import { asFault, type Fault } from "../api/fault";
import { queries } from "../api/queries";
import { store } from "../live";
import type { DeskView } from "./types";

const DESK = ["desk"];

/** The newer of two views of the desk, whichever way each of them came. */
export function newer(old: DeskView | undefined, now: DeskView): DeskView {
  return old && Date.parse(old.at) > Date.parse(now.at) ? old : now;
}

/** A view came: by the live link, or as the answer to an act. */
export function took(view: DeskView): void {
  queries.setQueryData<DeskView>(DESK, (old) => newer(old, view));
}

store.subscribe("desk", () => {
  const view = store.get("desk") as DeskView | undefined;
  if (view) took(view);
});

/** The own desk: told by the live link on every change, asked for when that has been away. */
export function useDesk(): { desk: DeskView | undefined; fault: Fault | null } {
  const { data, error } = useQuery({
    queryKey: DESK,
    queryFn: async () => newer(queries.getQueryData<DeskView>(DESK), await ok(api.GET("/v1/desk"))),
  });
  return { desk: data, fault: error ? asFault(error) : null };
}
