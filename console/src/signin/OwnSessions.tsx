import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { queries } from "../api/queries";
import { FaultText } from "../parts/FaultText";
import { moment } from "../parts/time";

const SESSIONS = ["me", "sessions"];

/** Where one is signed in, and a way to end it there. */
export function OwnSessions() {
  const { t, i18n } = useTranslation("signin");
  const { data, error } = useQuery({
    queryKey: SESSIONS,
    queryFn: () => ok(api.GET("/v1/me/sessions")),
  });
  const end = useAct(
    (session_id: string) =>
      ok(api.DELETE("/v1/me/sessions/{session_id}", { params: { path: { session_id } } })),
    () => void queries.invalidateQueries({ queryKey: SESSIONS }),
  );
  return (
    <Stack gap={8}>
      {!data && !error && <Skeleton height={48} />}
      {data?.map((one) => (
        <Group key={one.id} justify="space-between" wrap="nowrap" align="flex-start">
          <div style={{ minWidth: 0 }}>
            <Text size="sm" fw={one.here ? 600 : 400}>
              {one.here ? t("sessions.here") : one.address}
            </Text>
            <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {t("sessions.seen", { at: moment(one.seen_at, i18n.language) })} · {one.browser}
            </Text>
          </div>
          {!one.here && (
            <Button variant="default" loading={end.busy} onClick={() => end.act(one.id)}>
              {t("sessions.end")}
            </Button>
          )}
        </Group>
      ))}
      <FaultText fault={error ?? end.fault} />
    </Stack>
  );
}
