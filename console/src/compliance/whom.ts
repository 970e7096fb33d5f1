/** For whom something holds: "everyone", "client 3", "campaign 7". */
export type Whom = string;
export const EVERYONE: Whom = "everyone";

/** As the service is asked. */
export function scopeOf(whom: Whom): { client_id: number | null; campaign_id: number | null } {
  const [reach, id] = whom.split(" ");
  return {
    client_id: reach === "client" ? Number(id) : null,
    campaign_id: reach === "campaign" ? Number(id) : null,
  };
}
