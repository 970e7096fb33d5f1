import { Button, Group, Text, TextInput } from "@mantine/core";
import { IconPhoneOutgoing } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { api, ok } from "../../api/client";
import { FaultText } from "../../parts/FaultText";
import { faultAt } from "../../parts/form/faults";
import { StatePill } from "../../parts/StatePill";
import classes from "../admin.module.css";
import { useSite } from "../api";

const WELL = ["answered", "busy", "no_answer"];

/** Dials one number over a trunk and tells step by step what happens. */
export function TestCall({ trunk, onAnswered }: { trunk: string; onAnswered?: () => void }) {
  const { t, i18n } = useTranslation("admin");
  const site = useSite().data;
  const [number, setNumber] = useState<string | null>(null);
  const dialled = number ?? site?.test_number ?? "";
  const [id, setId] = useState<string | null>(null);
  const { data: call, error } = useQuery({
    queryKey: ["test-call", id],
    queryFn: async () => {
      const told = await ok(
        api.GET("/v1/test-calls/{call_id}", { params: { path: { call_id: id ?? "" } } }),
      );
      if (told.result === "answered") onAnswered?.();
      return told;
    },
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.done ? false : 500),
  });
  const start = useAct(async () => {
    const body = { number: dialled.replace(/[^\d+]/g, "") };
    const made = await ok(
      api.POST("/v1/trunks/{name}/test", { params: { path: { name: trunk } }, body }),
    );
    setId(made.id);
  });
  const wrong = faultAt(start.fault);
  const running = id !== null && !call?.done && !error;
  const cure = call?.result ? `testCall.cure.${call.result}` : "";
  return (
    <div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.act();
        }}
      >
        <Group gap={8} align="flex-end">
          <TextInput
            label={t("testCall.number")}
            description={t("testCall.means")}
            placeholder="+8613800000000"
            value={dialled}
            onChange={(event) => setNumber(event.currentTarget.value)}
            error={wrong("number")}
            inputMode="tel"
            w={320}
          />
          <Button
            type="submit"
            leftSection={<IconPhoneOutgoing size={16} />}
            loading={start.busy || running}
            disabled={!dialled.trim()}
          >
            {t("testCall.dial")}
          </Button>
        </Group>
      </form>
      {start.fault && !wrong("number") && <FaultText fault={start.fault} />}
      <FaultText fault={error} />
      {call && (
        <div aria-live="polite">
          <ul className={classes.happened}>
            {call.steps.map((step) => (
              <li key={step.what}>
                <time>{step.at.toFixed(1)} s</time>
                <span>
                  {t(`testCall.step.${step.what}`, { number: call.number, trunk: call.trunk })}
                </span>
              </li>
            ))}
          </ul>
          {call.done && call.result && (
            <Group gap={8} mt={8}>
              <StatePill
                state={WELL.includes(call.result) ? "ok" : "error"}
                word={t(`testCall.result.${call.result}`)}
              />
              {i18n.exists(`admin:${cure}`) && (
                <Text size="sm" c="dimmed">
                  {t(cure)}
                </Text>
              )}
              {(call.sip_code || call.cause) && (
                <Text size="xs" c="dimmed">
                  {[call.sip_code && `SIP ${call.sip_code}`, call.cause && `Q.850 ${call.cause}`]
                    .filter(Boolean)
                    .join(" · ")}
                </Text>
              )}
            </Group>
          )}
        </div>
      )}
    </div>
  );
}
