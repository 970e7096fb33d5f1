import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../api/client";
import { Corrections } from "./Correct";

/** Corrections of a call that is looked at elsewhere, such as its recording. */
export function CorrectionsOfCall({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ["attempt", id],
    queryFn: () =>
      ok(api.GET("/v1/attempts/{attempt_id}", { params: { path: { attempt_id: id } } })),
    retry: false,
  });
  return data ? <Corrections attempt={data} /> : null;
}
