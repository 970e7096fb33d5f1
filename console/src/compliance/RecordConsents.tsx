import { Button, FileButton, Group, Text, Textarea, TextInput } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { api, ok } from "../api/client";
import { FaultText } from "../parts/FaultText";
import { Fields, Panel } from "../parts/form/Panel";
import { numbersIn, numbersInFile, type Recorded, recordAll } from "./record";
import { WhomSelect } from "./WhomSelect";
import { EVERYONE, scopeOf } from "./whom";

const inLines = (file: string) => numbersInFile(file).join("\n");
const moment = (local: string) => (local ? new Date(local).toISOString() : null);

/** One proof, for one number or for several. */
export function RecordConsents() {
  const { t } = useTranslation("compliance");
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [whom, setWhom] = useState(EVERYONE);
  const [proof, setProof] = useState("");
  const [channel, setChannel] = useState("");
  const [given, setGiven] = useState("");
  const [expires, setExpires] = useState("");
  const [done, setDone] = useState<number | null>(null);
  const [told, setTold] = useState<Recorded | null>(null);
  const numbers = numbersIn(text);
  const record = useAct(
    () => {
      setTold(null);
      const common = {
        ...scopeOf(whom),
        proof,
        channel,
        given_at: moment(given),
        expires_at: moment(expires),
        by: "",
      };
      return recordAll(
        numbers,
        (number) => ok(api.POST("/v1/consents", { body: { ...common, number } })),
        setDone,
      );
    },
    (result) => {
      setTold(result);
      setDone(null);
      // What was refused stays, to be mended.
      setText(result.refused.map(({ number }) => number).join("\n"));
      void queries.invalidateQueries({ queryKey: ["consents"] });
    },
    () => setDone(null),
  );
  return (
    <div style={{ marginBottom: 12 }}>
      <Panel
        title={t("record.title")}
        tools={
          <FileButton
            accept=".csv,.txt"
            onChange={(file) => void file?.text().then((read) => setText(inLines(read)))}
          >
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconUpload size={16} />}>
                {t("record.file")}
              </Button>
            )}
          </FileButton>
        }
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            record.act();
          }}
        >
          <Fields>
            <Textarea
              label={t("record.numbers")}
              description={t("record.numbersMean")}
              value={text}
              autosize
              minRows={1}
              maxRows={8}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <TextInput
              label={t("consents.proof")}
              description={t("record.proofMeans")}
              value={proof}
              maxLength={1000}
              onChange={(event) => setProof(event.currentTarget.value)}
            />
            <WhomSelect label={t("consents.whom")} value={whom} onChange={setWhom} />
            <TextInput
              label={t("record.channel")}
              placeholder={t("record.channelExample")}
              value={channel}
              maxLength={64}
              onChange={(event) => setChannel(event.currentTarget.value)}
            />
            <TextInput
              type="datetime-local"
              label={t("record.given")}
              description={t("record.givenMeans")}
              value={given}
              onChange={(event) => setGiven(event.currentTarget.value)}
            />
            <TextInput
              type="datetime-local"
              label={t("record.expires")}
              description={t("record.expiresMeans")}
              value={expires}
              onChange={(event) => setExpires(event.currentTarget.value)}
            />
          </Fields>
          <Group gap={12} mt={12}>
            <Button type="submit" loading={record.busy} disabled={!numbers.length || !proof.trim()}>
              {t("record.button", { count: numbers.length })}
            </Button>
            <Text size="sm" aria-live="polite">
              {done !== null && t("record.soFar", { done, all: numbers.length })}
              {told && t("record.done", { count: told.kept, reopened: told.reopened })}
            </Text>
          </Group>
          {told && told.refused.length > 0 && (
            <ul style={{ fontSize: 13 }}>
              {told.refused.map(({ number, why }) => (
                <li key={number}>
                  {number}: {why}
                </li>
              ))}
            </ul>
          )}
          <FaultText fault={record.fault} />
        </form>
      </Panel>
    </div>
  );
}
