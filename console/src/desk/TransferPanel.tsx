import { Button, Group, Skeleton, Stack, TextInput, UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { StatePill } from "../parts/StatePill";
import { type Destination, transfer, useAct } from "./acts";
import classes from "./desk.module.css";
import { found, type Target } from "./targets";

/** To whom: type, arrow keys, Enter asks first (warm), Ctrl Enter hands over at once (blind). */
export function TransferPanel({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("desk");
  const [wanted, setWanted] = useState("");
  const [active, setActive] = useState(0);
  const { data, error } = useQuery({
    queryKey: ["desk", "targets"],
    queryFn: () => ok(api.GET("/v1/desk/targets")),
    staleTime: 0,
    refetchInterval: 3000, // who is free changes while one looks
  });
  const handing = useAct(
    ({ to, how }: { to: Destination; how: "blind" | "warm" }) => transfer(to, how),
    onDone,
  );
  const queueName = (name: string) => (name === "floor" ? t("transfer.anyAgent") : name);
  const targets = data ? found(data, wanted, queueName) : [];
  const chosen = targets[Math.min(active, targets.length - 1)];
  const go = (target: Target | undefined, how: "blind" | "warm") => {
    if (target?.free) handing.act({ to: { kind: target.kind, value: target.value }, how });
  };
  const steer = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) setActive((at) => Math.max(0, Math.min(targets.length - 1, at + step)));
    else if (event.key === "Enter") go(chosen, event.ctrlKey ? "blind" : "warm");
    else if (event.key === "Escape") onDone();
    else return;
    event.preventDefault();
  };
  return (
    <Stack gap={8} className={classes.card} data-testid="transfer-panel">
      <TextInput
        autoFocus
        value={wanted}
        onChange={(event) => {
          setWanted(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={steer}
        placeholder={t("transfer.search")}
        aria-label={t("transfer.search")}
        leftSection={<IconSearch size={14} />}
        role="combobox"
        aria-expanded
        aria-controls="transfer-targets"
        aria-activedescendant={chosen && `target-${chosen.kind}-${chosen.value}`}
      />
      <div id="transfer-targets" role="listbox" style={{ maxHeight: 200, overflowY: "auto" }}>
        {!data && !error && <Skeleton height={48} />}
        {data && !targets.length && (
          <EmptyState title={t("transfer.none")}>{t("transfer.noneText")}</EmptyState>
        )}
        {targets.map((target, index) => (
          <UnstyledButton
            key={`${target.kind}-${target.value}`}
            id={`target-${target.kind}-${target.value}`}
            role="option"
            aria-selected={target === chosen}
            className={classes.row}
            data-active={target === chosen || undefined}
            onClick={() => setActive(index)}
            onDoubleClick={() => go(target, "warm")}
          >
            <span>
              {target.label} <span className="quiet">{t(`target.${target.kind}`)}</span>
            </span>
            {target.state && <StatePill state={target.state} />}
          </UnstyledButton>
        ))}
      </div>
      <Group gap={8} grow>
        <Button
          variant="default"
          disabled={!chosen?.free || chosen.kind === "queue"}
          loading={handing.busy}
          onClick={() => go(chosen, "warm")}
          data-testid="warm"
        >
          {t("transfer.warm")}
        </Button>
        <Button
          variant="default"
          disabled={!chosen?.free}
          loading={handing.busy}
          onClick={() => go(chosen, "blind")}
          data-testid="blind"
        >
          {t("transfer.blind")}
        </Button>
      </Group>
      <FaultText fault={handing.fault ?? error} />
    </Stack>
  );
}
