import { api, ok } from "../api/client";
import { Revealed } from "./Revealed";

interface Props {
  masked: string;
  /** With both, a person who may can see all digits; that is audited. */
  leadId?: number;
  numberId?: number;
}

/** A lead's telephone number with its middle hidden; shown for a moment to those who may. */
export function MaskedNumber({ masked, leadId, numberId }: Props) {
  if (leadId === undefined || numberId === undefined)
    return <span style={{ whiteSpace: "nowrap" }}>{masked}</span>;
  const path = { lead_id: leadId, number_id: numberId };
  return (
    <Revealed
      masked={masked}
      full={() => ok(api.GET("/v1/leads/{lead_id}/numbers/{number_id}/full", { params: { path } }))}
    />
  );
}
