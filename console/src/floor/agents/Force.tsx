import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/act";
import type { SiteSettings } from "../../api/schema";
import { ConfirmButton } from "../../parts/ConfirmButton";
import { FaultText } from "../../parts/FaultText";
import type { BoardAgentView } from "../board";
import { supervise } from "../supervise";
import classes from "./agents.module.css";

type Forced = { state: "ready" | "not_ready" | "signed_out"; reason?: string };

/** Change somebody's state for them. During a call it is taken once that is over. */
export function Force({ agent, site }: { agent: BoardAgentView; site: SiteSettings | null }) {
  const { t, i18n } = useTranslation("floor");
  const force = useAct(({ state, reason }: Forced) => supervise.force(agent.name, state, reason));
  const out = agent.state === "signed_out";
  const reasons = site?.not_ready_reasons ?? [];
  return (
    <section className={classes.section} aria-label={t("force.title")}>
      <h3>{t("force.title")}</h3>
      <div className={classes.buttons}>
        <Button
          variant="default"
          disabled={out || agent.state === "ready"}
          loading={force.busy}
          onClick={() => force.act({ state: "ready" })}
        >
          {t("force.ready")}
        </Button>
        <Menu position="bottom-start" shadow="sm">
          <Menu.Target>
            <Button variant="default" disabled={out} rightSection={<IconChevronDown size={14} />}>
              {t("force.notReady")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {reasons.map((reason) => (
              <Menu.Item
                key={reason.code}
                onClick={() => force.act({ state: "not_ready", reason: reason.code })}
              >
                {(i18n.language === "zh" && reason.label_zh) || reason.label}
              </Menu.Item>
            ))}
            {!reasons.length && (
              <Menu.Item onClick={() => force.act({ state: "not_ready" })}>
                {t("force.noReason")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        <ConfirmButton
          disabled={out}
          question={t("force.signOutReally")}
          onConfirm={() => force.act({ state: "signed_out" })}
        >
          {t("force.signOut")}
        </ConfirmButton>
      </div>
      <FaultText fault={force.fault} />
    </section>
  );
}
