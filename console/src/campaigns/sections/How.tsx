import { NumberInput, Select, TagsInput, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTrunks } from "../../admin/api";
import type { CampaignSettings } from "../../api/schema";
import { Fields, Panel } from "../../parts/form/Panel";
import type { Section } from "../CampaignPage";
import { MODES, type Mode } from "../modes";

/** How it calls: mode, numbers shown, trunk, limits, what it promises. */
export function How({ edited, readOnly, set, setMode, wrong }: Section) {
  const { t } = useTranslation("campaigns");
  const { settings, mode } = edited;
  const pacing = settings.pacing;
  const setPacing = (change: Partial<CampaignSettings["pacing"]>) =>
    set({ pacing: { ...pacing, ...change } });
  const agents = mode !== "agentless";
  return (
    <Panel id="how" title={t("question.how")}>
      <Fields>
        <Select
          label={t("mode")}
          data={MODES.map((value) => ({ value, label: t(`modes.${value}`) }))}
          value={mode}
          onChange={(value) => value && setMode(value as Mode)}
          readOnly={readOnly}
        />
        <TrunkField
          value={settings.trunk ?? null}
          onChange={(trunk) => set({ trunk })}
          wrong={wrong("trunk")}
          readOnly={readOnly}
        />
        <TagsInput
          size="xs"
          label={t("callerIds")}
          placeholder={settings.caller_ids.length ? "" : "+861012345678"}
          value={settings.caller_ids}
          onChange={(caller_ids) => set({ caller_ids: caller_ids.map(plain) })}
          splitChars={[",", " ", ";", "，", "；"]}
          acceptValueOnBlur
          readOnly={readOnly}
          error={wrong("caller_ids")}
        />
        {mode === "power" && (
          <NumberInput
            label={t("ratio")}
            value={pacing.ratio}
            min={1}
            max={10}
            step={0.5}
            onChange={(value) => typeof value === "number" && setPacing({ ratio: value })}
            readOnly={readOnly}
            error={wrong("pacing.ratio")}
          />
        )}
        {(mode === "power" || mode === "predictive") && (
          <NumberInput
            label={t("abandonTarget")}
            suffix=" %"
            value={percent(settings.abandon_target)}
            min={0}
            max={100}
            decimalScale={1}
            onChange={(value) =>
              typeof value === "number" && set({ abandon_target: Math.round(value * 10) / 1000 })
            }
            readOnly={readOnly}
            error={wrong("abandon_target")}
          />
        )}
        {mode === "preview" && (
          <NumberInput
            label={t("previewSeconds")}
            suffix=" s"
            value={pacing.preview_s}
            min={10}
            max={3600}
            onChange={(value) => typeof value === "number" && setPacing({ preview_s: value })}
            readOnly={readOnly}
          />
        )}
        {!agents && <Agentless pacing={pacing} set={setPacing} wrong={wrong} readOnly={readOnly} />}
        <Optional
          label={t("maxLines")}
          value={settings.max_lines}
          onChange={(max_lines) => set({ max_lines })}
          wrong={wrong("max_lines")}
          readOnly={readOnly}
        />
        <Optional
          label={t("callsPerSecond")}
          value={settings.calls_per_second}
          onChange={(calls_per_second) => set({ calls_per_second })}
          wrong={wrong("calls_per_second")}
          readOnly={readOnly}
          decimals
        />
        <NumberInput
          label={t("ringSeconds")}
          suffix=" s"
          value={settings.ring_timeout_s}
          min={5}
          max={120}
          onChange={(value) => typeof value === "number" && set({ ring_timeout_s: value })}
          readOnly={readOnly}
          error={wrong("ring_timeout_s")}
        />
        {agents && (
          <NumberInput
            label={t("wrapUpSeconds")}
            suffix=" s"
            value={settings.wrap_up_s}
            min={0}
            max={3600}
            onChange={(value) => typeof value === "number" && set({ wrap_up_s: value })}
            readOnly={readOnly}
            error={wrong("wrap_up_s")}
          />
        )}
      </Fields>
      <Text size="sm" c="dimmed" mt={8}>
        {t(`modeMeans.${mode}`)}
      </Text>
    </Panel>
  );
}

/** The trunk by name; nothing chosen: the site's. */
export function TrunkField({
  value,
  onChange,
  wrong,
  readOnly,
}: {
  value: string | null;
  onChange: (trunk: string | null) => void;
  wrong?: string;
  readOnly?: boolean;
}) {
  const { t } = useTranslation("campaigns");
  const { data } = useTrunks();
  const names = (data?.items ?? []).map((trunk) => trunk.name);
  if (value && !names.includes(value)) names.push(value);
  return (
    <Select
      label={t("trunk")}
      data={[
        { value: "", label: t("trunkDefault", { name: data?.default ?? "…" }) },
        ...names.map((name) => ({ value: name, label: name })),
      ]}
      value={value ?? ""}
      onChange={(name) => onChange(name || null)}
      error={wrong}
      readOnly={readOnly}
    />
  );
}

function Agentless({
  pacing,
  set,
  wrong,
  readOnly,
}: {
  pacing: CampaignSettings["pacing"];
  set: (change: Partial<CampaignSettings["pacing"]>) => void;
  wrong: Section["wrong"];
  readOnly: boolean;
}) {
  const { t } = useTranslation("campaigns");
  return (
    <>
      <TextInput
        label={t("agentlessMessage")}
        value={pacing.message ?? ""}
        onChange={(event) => set({ message: event.currentTarget.value.trim() || null })}
        readOnly={readOnly}
        error={wrong("pacing.message") ?? wrong("pacing")}
      />
      <TextInput
        label={t("agentlessMenu")}
        value={pacing.menu ?? ""}
        onChange={(event) => set({ menu: event.currentTarget.value.trim() || null })}
        readOnly={readOnly}
        error={wrong("pacing.menu")}
      />
      <Optional
        label={t("agentlessLines")}
        value={pacing.lines}
        onChange={(lines) => set({ lines })}
        wrong={wrong("pacing.lines")}
        readOnly={readOnly}
      />
    </>
  );
}

/** A number that may be left out. */
function Optional({
  label,
  value,
  onChange,
  wrong,
  readOnly,
  decimals,
}: {
  label: string;
  value: number | null | undefined;
  onChange: (value: number | null) => void;
  wrong?: string;
  readOnly?: boolean;
  decimals?: boolean;
}) {
  const { t } = useTranslation("campaigns");
  return (
    <NumberInput
      label={label}
      placeholder={t("noLimit")}
      value={value ?? ""}
      min={decimals ? 0.1 : 1}
      allowDecimal={decimals ?? false}
      onChange={(now) => onChange(typeof now === "number" ? now : null)}
      readOnly={readOnly}
      error={wrong}
    />
  );
}

const percent = (share: number) => Math.round(share * 1000) / 10;
/** As E.164 has it: digits after a plus sign, however it was written. */
const plain = (number: string) => number.replace(/[^\d+]/g, "");
