import { Anchor, Button, Skeleton } from "@mantine/core";
import { IconPhoneOutgoing } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, ok } from "../api/client";
import { asFault } from "../api/fault";
import { useMay } from "../api/me";
import type { AttemptView, Lead } from "../api/schema";
import { EmptyState } from "../parts/EmptyState";
import { FaultText } from "../parts/FaultText";
import { MoreButton } from "../parts/MoreButton";
import { useOutcomeWord } from "../parts/outcome";
import { Revealed } from "../parts/Revealed";
import { clock, moment } from "../parts/time";
import { Legs } from "../recordings/Legs";
import { leadKey, useDispositions } from "./api";
import { Corrections } from "./Correct";
import { detailsOf, gistOf, heardWord } from "./details";
import classes from "./leads.module.css";

const PAGE = 50;

/** Every dial of the lead, the newest first; one opens to its whole story. */
export function Attempts({ lead }: { lead: Lead }) {
  const { t } = useTranslation("leads");
  const found = useInfiniteQuery({
    queryKey: [...leadKey(lead.id), "attempts"],
    queryFn: ({ pageParam }) =>
      ok(
        api.GET("/v1/attempts", {
          params: { query: { lead_id: lead.id, limit: PAGE, before: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.placed_at),
  });
  const attempts = found.data?.pages.flat();
  if (found.error) return <FaultText fault={found.error} again={() => void found.refetch()} />;
  if (!attempts) return <Skeleton height={96} />;
  if (!attempts.length)
    return (
      <EmptyState icon={<IconPhoneOutgoing size={32} />} title={t("history.none")}>
        {t("history.noneNext")}
      </EmptyState>
    );
  return (
    <>
      <ol className={classes.attempts}>
        {attempts.map((attempt) => (
          <Attempt key={attempt.id} attempt={attempt} />
        ))}
      </ol>
      <MoreButton of={found} />
    </>
  );
}

function Attempt({ attempt }: { attempt: AttemptView }) {
  const { t, i18n } = useTranslation("leads");
  const [open, setOpen] = useState(false);
  const outcomeWord = useOutcomeWord();
  const { label } = useDispositions(attempt.campaign_id);
  const { bridged_at, ended_at, outcome, disposition } = attempt;
  const talk =
    bridged_at && ended_at ? (Date.parse(ended_at) - Date.parse(bridged_at)) / 1000 : null;
  return (
    <li data-attempt={attempt.id}>
      <div className={classes.line}>
        <time dateTime={attempt.placed_at}>{moment(attempt.placed_at, i18n.language)}</time>
        <strong>{outcome ? outcomeWord(outcome) : t("history.underWay")}</strong>
        {disposition && <span data-testid="disposition">{label(disposition)}</span>}
        {talk !== null && <span className="quiet">{clock(talk)}</span>}
        {attempt.agent && <span className="quiet">{attempt.agent}</span>}
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => setOpen(!open)}
          aria-expanded={open}
          aria-label={t("history.of", {
            act: t(open ? "history.less" : "history.story"),
            at: moment(attempt.placed_at, i18n.language),
          })}
        >
          {t(open ? "history.less" : "history.story")}
        </Button>
      </div>
      {attempt.note && <p className={classes.note}>{attempt.note}</p>}
      {open && <Story id={attempt.id} />}
    </li>
  );
}

/** All that is known of one attempt: why its outcome, who was in it, what was said and corrected. */
function Story({ id }: { id: string }) {
  const { t } = useTranslation("leads");
  const may = useMay();
  const path = { params: { path: { attempt_id: id } } };
  const { data, error } = useQuery({
    queryKey: ["attempt", id],
    queryFn: () => ok(api.GET("/v1/attempts/{attempt_id}", path)),
    staleTime: 0,
  });
  const legs = useQuery({
    queryKey: ["attempt", id, "legs"],
    queryFn: () => orNone(ok(api.GET("/v1/attempts/{attempt_id}/legs", path)), []),
    enabled: may("see_recordings"),
  });
  if (error) return <FaultText fault={error} />;
  if (!data) return <Skeleton height={96} mt={8} />;
  return (
    <div className={classes.story}>
      <div>
        {t("history.dialled")}{" "}
        <Revealed
          masked={data.number}
          full={() => ok(api.GET("/v1/attempts/{attempt_id}/number", path))}
        />
        {data.caller_id && ` · ${t("history.callerId", { number: data.caller_id })}`}
      </div>
      {data.outcome_reason && <p style={{ margin: 0 }}>{data.outcome_reason}</p>}
      <div>
        <h3>{t("history.evidence")}</h3>
        <ol>
          {data.evidence.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: evidence only grows at its end
            <Evidence key={index} moment={one} />
          ))}
        </ol>
      </div>
      {may("see_recordings") && (legs.data?.length || legs.error) ? (
        <Legs legs={legs.data} fault={legs.error} />
      ) : null}
      {data.answers && <Answers answers={data.answers} />}
      <RecordingLink id={id} />
      <Corrections attempt={data} />
    </div>
  );
}

function Evidence({ moment }: { moment: AttemptView["evidence"][number] }) {
  const { seconds, kind, words, detail } = moment;
  const { t } = useTranslation("leads");
  const { what, sure } = gistOf(detail);
  return (
    <li className={classes.moment} title={detailsOf(detail, t)}>
      <span>{seconds.toFixed(1)} s</span>
      <span>
        {t(`evidence.${kind}`, { defaultValue: words })}
        {what && t("history.what", { what: heardWord(what, t) })}
        {sure !== null && <span className="quiet"> {sure} %</span>}
      </span>
    </li>
  );
}

function Answers({ answers }: { answers: NonNullable<AttemptView["answers"]> }) {
  const { t } = useTranslation("leads");
  return (
    <div>
      <h3>{t("history.answers", { script: answers.script })}</h3>
      <dl className={classes.facts}>
        {answers.items.map(({ question, label, answer }) => (
          <div key={question} style={{ display: "contents" }}>
            <dt>{label}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The recording of a call has the call's own id. */
function RecordingLink({ id }: { id: string }) {
  const { t } = useTranslation("leads");
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["recording", id, "is"],
    queryFn: async () => {
      const path = { path: { recording_id: id } };
      return orNone(ok(api.GET("/v1/recordings/{recording_id}", { params: path })), null);
    },
    enabled: may("see_recordings"),
  });
  if (!data) return null;
  return (
    <Anchor component={Link} to={`/recordings?open=${encodeURIComponent(id)}`} size="sm">
      {t("history.recording")}
    </Anchor>
  );
}

/** What is asked for, or `none` where the service has none. */
async function orNone<T>(asked: Promise<T>, none: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (asFault(error).status === 404) return none;
    throw error;
  }
}
