import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "../api/client";
import { early } from "../api/early";
import type { AnnouncementView, Named } from "../api/schema";
import type { Words } from "./meanings";

const TAUGHT = ["announcements"] as const;
const UNKNOWN = ["unknown-announcements"] as const;
const RUNS = ["reclassifications"] as const;
const SOME = 100;
const LOOK_AGAIN_MS = 10_000;
const RUNNING_MS = 500;

const at = (announcement_id: number) => ({ params: { path: { announcement_id } } });

export function useTaught() {
  return useQuery({ queryKey: TAUGHT, queryFn: () => ok(api.GET("/v1/announcements")) });
}

/** The most frequent, asked again while the page is open: calls bring more. */
export function useUnknown() {
  return useQuery({
    queryKey: UNKNOWN,
    queryFn: () => ok(api.GET("/v1/unknown-announcements", { params: { query: { limit: SOME } } })),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** What classifying past calls again would change. `known`: it was told just now. */
export function usePast(id: number, known?: Named) {
  return useQuery({
    // Not below the list's key: it is gone when the announcement is.
    queryKey: ["announcement-past", id],
    queryFn: () => ok(api.GET("/v1/announcements/{announcement_id}/past", at(id))),
    initialData: known,
    staleTime: 0,
  });
}

/** After anything that is taught, named or forgotten: both lists are others now. */
export function useLibraryChanged() {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: TAUGHT });
    void queries.invalidateQueries({ queryKey: UNKNOWN });
  };
}

// Past calls are left as they are until a person has seen what would change.

export const nameGroup = (group_id: number, { means, carrier, name }: Words) =>
  ok(
    api.POST("/v1/unknown-announcements/{group_id}/name", {
      params: { path: { group_id } },
      body: { means, carrier, name, by: "", past: false },
    }),
  );

export function teach(file: File, words: Words, replace: boolean): Promise<Named> {
  const form = new FormData();
  form.append("file", file);
  for (const [name, value] of Object.entries(words)) form.append(name, value);
  form.append("past", "false");
  if (replace) form.append("replace", "true");
  return early<Named>("POST", "/v1/announcements", form);
}

export const change = (id: number, { means, carrier, name }: Words) =>
  ok(
    api.PATCH("/v1/announcements/{announcement_id}", {
      ...at(id),
      body: { means, carrier, name, by: "", past: false },
    }),
  );

export const tellPast = (id: number) =>
  ok(api.POST("/v1/announcements/{announcement_id}/past", { ...at(id), body: { by: "" } }));

export const forget = (id: number) => ok(api.DELETE("/v1/announcements/{announcement_id}", at(id)));

export const sampleOf = {
  taught: (id: number) => `/v1/announcements/${id}/sample.wav`,
  unknown: (id: number) => `/v1/unknown-announcements/${id}/sample.wav`,
};

/** All carriers that something was taught of, for the field to offer. */
export function carriers(taught: readonly AnnouncementView[] | undefined): string[] {
  return [...new Set(taught?.map((one) => one.carrier).filter(Boolean))].sort();
}

export function useRuns() {
  return useQuery({
    queryKey: RUNS,
    queryFn: () => ok(api.GET("/v1/reclassifications")),
    staleTime: 0,
  });
}

/** One run, asked again while it goes on. */
export function useRun(id: number | null) {
  return useQuery({
    queryKey: [...RUNS, id],
    queryFn: () =>
      ok(
        api.GET("/v1/reclassifications/{run_id}", {
          params: { path: { run_id: id as number } },
        }),
      ),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_MS : false),
  });
}

export interface Order {
  since: string;
  campaign_id: number | null;
}

export const order = ({ since, campaign_id }: Order, apply: boolean, why: string) =>
  ok(api.POST("/v1/reclassifications", { body: { since, campaign_id, apply, why, by: "" } }));

export const stopRun = (run_id: number) =>
  ok(api.DELETE("/v1/reclassifications/{run_id}", { params: { path: { run_id } } }));

export function useRunsChanged() {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: RUNS });
}

export function useLabelCounts() {
  return useQuery({
    queryKey: ["labels", "counts"],
    queryFn: () => ok(api.GET("/v1/labels/counts")),
  });
}

export function useRunningModel() {
  return useQuery({
    queryKey: ["labels", "model"],
    queryFn: () => ok(api.GET("/v1/labels/model")),
  });
}
