import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import { useMe } from "../../api/me";
import { ConfirmButton } from "../../parts/ConfirmButton";
import { FaultText } from "../../parts/FaultText";
import { KeyHint } from "../../parts/KeyHint";
import { Ticker } from "../../parts/Ticker";
import { usePhone } from "../../phone";
import type { BoardAgentView } from "../board";
import { useListening } from "../calls/live";
import { type How, supervise } from "../supervise";
import classes from "./agents.module.css";

const WAYS: readonly { how: How; key: string }[] = [
  { how: "listen", key: "L" },
  { how: "whisper", key: "W" },
  { how: "barge", key: "B" },
];

/** Hear the agent's call, speak to the agent alone, to both, or have the call oneself. */
export function Hearing({ agent }: { agent: BoardAgentView }) {
  const { t } = useTranslation("floor");
  const me = useMe();
  const client = useQueryClient();
  const { data: heard } = useListening();
  const told = () => void client.invalidateQueries({ queryKey: ["floor"] });
  const hear = useAct((how: How) => supervise.hear(agent.name, how), told);
  const stop = useAct(() => supervise.stop(agent.name), told);
  const takeOver = useAct(() => supervise.takeOver(agent.name), told);
  const here = heard?.filter((one) => one.agent === agent.name) ?? [];
  const mine = here.find((one) => one.supervisor === me.name);
  const inCall = agent.state === "talking";
  // Listening may begin before the next call; the other ways need one.
  const may = (how: How) => how === "listen" || inCall;
  useHotkeys([
    ...WAYS.map(({ how, key }) => [key, () => may(how) && hear.act(how)] as [string, () => void]),
    ["shift+T", () => inCall && takeOver.act()],
    ["S", () => mine && stop.act()],
  ]);
  return (
    <section className={classes.section} aria-label={t("hear.title")}>
      <h3>{t("hear.title")}</h3>
      <div className={classes.buttons}>
        {WAYS.map(({ how, key }) => (
          <Button
            key={how}
            variant={mine?.way === how ? "filled" : "default"}
            aria-pressed={mine?.way === how}
            disabled={!may(how)}
            loading={hear.busy}
            onClick={() => hear.act(how)}
            title={t(`hear.${how}Means`)}
            rightSection={<KeyHint keys={key} />}
          >
            {t(`hear.${how}`)}
          </Button>
        ))}
        <ConfirmButton
          disabled={!inCall}
          loading={takeOver.busy}
          question={t("hear.takeOverReally")}
          onConfirm={() => takeOver.act()}
          rightSection={<KeyHint keys="⇧T" />}
        >
          {t("hear.takeOver")}
        </ConfirmButton>
        {mine && (
          <Button
            color="var(--bad-solid)"
            loading={stop.busy}
            onClick={() => stop.act()}
            rightSection={<KeyHint keys="S" />}
          >
            {t("hear.stop")}
          </Button>
        )}
      </div>
      <PhoneWord />
      {here.map((one) => (
        <p key={one.supervisor} className={classes.heard}>
          {t(`hear.now.${one.state === "hearing" ? one.way : one.state}`, {
            who: one.supervisor === me.name ? t("hear.you") : one.supervisor,
          })}{" "}
          <Ticker since={one.since} />
        </p>
      ))}
      <FaultText fault={hear.fault ?? takeOver.fault ?? stop.fault} />
    </section>
  );
}

/** Through what one will hear it; and if that cannot be, why. */
function PhoneWord() {
  const { t } = useTranslation("floor");
  const { view, config } = usePhone();
  const words =
    config === null
      ? "none"
      : config.kind === "sip"
        ? "sip"
        : view.elsewhere
          ? "elsewhere"
          : view.line !== "registered"
            ? "notUp"
            : view.soundBlocked
              ? "blocked"
              : null;
  return words && <p className="quiet">{t(`hear.phone.${words}`)}</p>;
}
