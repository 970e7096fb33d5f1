import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Select,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Disposition, Meaning } from "../../api/schema";
import { codeOf, freeKey } from "../dispositions";

const MEANINGS: readonly Meaning[] = [
  "success",
  "unsuccessful",
  "callback",
  "wrong_contact",
  "number_changed",
  "do_not_call",
];

interface Props {
  list: Disposition[];
  onChange: (list: Disposition[]) => void;
  readOnly: boolean;
  fault: string | undefined;
}

/** What agents can say came of a call, in the order and with the keys of their desk. */
export function Dispositions({ list, onChange, readOnly, fault }: Props) {
  const { t } = useTranslation("campaigns");
  const change = (at: number, part: Partial<Disposition>) =>
    onChange(list.map((one, n) => (n === at ? { ...one, ...part } : one)));
  const swap = (a: number, b: number) =>
    onChange(list.map((one, n) => (n === a ? list[b] : n === b ? list[a] : one) as Disposition));
  return (
    <>
      <Table aria-label={t("dispositions")} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={72}>{t("key")}</Table.Th>
            <Table.Th>{t("label")}</Table.Th>
            <Table.Th>{t("labelZh")}</Table.Th>
            <Table.Th>{t("meaning")}</Table.Th>
            <Table.Th>{t("needsTime")}</Table.Th>
            <Table.Th>{t("code")}</Table.Th>
            {!readOnly && <Table.Th w={104} aria-label={t("order")} />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.map((one, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: codes are edited; the place is the row
            <Table.Tr key={n}>
              <Table.Td>
                <NumberInput
                  aria-label={t("key")}
                  value={one.key ?? ""}
                  min={1}
                  max={9}
                  hideControls
                  readOnly={readOnly}
                  onChange={(key) => change(n, { key: typeof key === "number" ? key : null })}
                />
              </Table.Td>
              <Table.Td>
                <TextInput
                  aria-label={t("label")}
                  value={one.label}
                  maxLength={64}
                  readOnly={readOnly}
                  onChange={(event) => change(n, { label: event.currentTarget.value })}
                />
              </Table.Td>
              <Table.Td>
                <TextInput
                  aria-label={t("labelZh")}
                  value={one.label_zh}
                  maxLength={64}
                  readOnly={readOnly}
                  onChange={(event) => change(n, { label_zh: event.currentTarget.value })}
                />
              </Table.Td>
              <Table.Td>
                <Select
                  aria-label={t("meaning")}
                  data={MEANINGS.map((value) => ({ value, label: t(`meanings.${value}`) }))}
                  value={one.meaning}
                  readOnly={readOnly}
                  onChange={(value) => value && change(n, { meaning: value as Meaning })}
                />
              </Table.Td>
              <Table.Td>
                <Checkbox
                  aria-label={t("needsTime")}
                  checked={one.needs_time}
                  disabled={readOnly}
                  onChange={(event) => change(n, { needs_time: event.currentTarget.checked })}
                />
              </Table.Td>
              <Table.Td className="mono">{one.code}</Table.Td>
              {!readOnly && (
                <Table.Td>
                  <Group gap={0} wrap="nowrap">
                    <ActionIcon
                      variant="subtle"
                      aria-label={t("up")}
                      disabled={n === 0}
                      onClick={() => swap(n, n - 1)}
                    >
                      <IconArrowUp size={14} />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      aria-label={t("down")}
                      disabled={n === list.length - 1}
                      onClick={() => swap(n, n + 1)}
                    >
                      <IconArrowDown size={14} />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      aria-label={t("removeDisposition", { label: one.label })}
                      disabled={list.length === 1}
                      onClick={() => onChange(list.filter((_, at) => at !== n))}
                    >
                      <IconTrash size={14} />
                    </ActionIcon>
                  </Group>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {fault && (
        <Text size="sm" c="red" role="alert">
          {fault}
        </Text>
      )}
      {!readOnly && <NewDisposition list={list} onAdd={(one) => onChange([...list, one])} />}
    </>
  );
}

function NewDisposition({
  list,
  onAdd,
}: {
  list: Disposition[];
  onAdd: (one: Disposition) => void;
}) {
  const { t } = useTranslation("campaigns");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const label = String(new FormData(form).get("label") ?? "").trim();
        if (!label) return;
        onAdd({
          code: codeOf(
            label,
            list.map((one) => one.code),
          ),
          label,
          label_zh: "",
          meaning: "unsuccessful",
          key: freeKey(list.map((one) => one.key)),
          needs_time: false,
          answered_by: "person",
        });
        form.reset();
      }}
    >
      <Group gap={8} mt={8} align="flex-end">
        <TextInput name="label" label={t("newDisposition")} maxLength={64} />
        <Button type="submit" variant="default" leftSection={<IconPlus size={16} />}>
          {t("add")}
        </Button>
        <Text size="sm" c="dimmed">
          {t("newDispositionMeans")}
        </Text>
      </Group>
    </form>
  );
}
