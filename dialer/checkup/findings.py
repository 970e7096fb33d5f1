"""What would keep a campaign from dialling, found one by one. Pure, from what is known of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from cti.base.errors import UserError
from cti.texts.reader import Sentence
from cti.trunks.settings import TrunkState
from dialer.campaigns.pacing import check_pacing
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.windows import closed_until

Level = Literal["ok", "warning", "stops"]
Where = Literal["whom", "how", "when", "what", "who", "state"]


class Finding(BaseModel):
    """One thing that was looked at."""

    level: Level
    where: Where = Field(description="the campaign page's question where it is mended")
    code: str = Field(description="which finding, for translations")
    sentence: Sentence
    cure: Sentence = ""
    facts: dict[str, Any] = Field(default_factory=dict, description="what the sentence is made of")


@dataclass(frozen=True, slots=True)
class TrunkSeen:
    """The campaign's trunk. known: the PBX or the table has one of that name."""

    name: str
    known: bool
    state: TrunkState
    caller_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class LeadsSeen:
    """How many of the campaign's leads are in which state; zones: of those still open."""

    states: Mapping[str, int]
    zones: Mapping[str, int]
    next_due: datetime | None
    importing: int = 0

    @property
    def open(self) -> int:
        """Those that may be dialled again."""
        return sum(n for state, n in self.states.items() if state != "closed")


@dataclass(frozen=True, slots=True)
class AgentsSeen:
    """How many of the campaign's there are, signed in, with a phone that is there, ready.

    missing: teams and agents it names, of whom there is nobody.
    """

    known: int
    signed_in: int
    connected: int
    ready: int
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is looked at. script: faults of the campaign's, None when it has none."""

    mode: str
    state: str
    settings: CampaignSettings
    now: datetime
    leads: LeadsSeen
    agents: AgentsSeen
    trunk: TrunkSeen
    script: Sequence[str] | None
    notice: str
    menus: Sequence[str]
    pacer_says: Sequence[str] = ()


def findings(seen: Seen) -> list[Finding]:
    """What was found, in the order of the page's questions."""
    return [
        *_state(seen),
        *_whom(seen.leads, seen.now),
        *_how(seen),
        *_when(seen),
        *_what(seen),
        *_who(seen),
    ]


def _state(seen: Seen) -> Iterator[Finding]:
    if seen.state == "stopped":
        yield _stops("state", "stopped", "It is stopped, for good.", "Make a new campaign.")
    elif seen.state != "running":
        yield Finding(
            level="warning", where="state", code="not_running", sentence="It is not started.",
            cure="Start it when the rest is well.",
        )  # fmt: skip
    elif seen.pacer_says:
        said = "; ".join(seen.pacer_says)
        yield Finding(
            level="ok", where="state", code="running", sentence=f"It dials: {said}.",
            facts={"said": said},
        )  # fmt: skip


def _whom(leads: LeadsSeen, now: datetime) -> Iterator[Finding]:
    count = sum(leads.states.values())
    if leads.importing:
        yield _warning("whom", "importing", "A list is still being imported.")
    if not count:
        yield _stops("whom", "no_leads", "It has no leads.", "Import a list.")
    elif not leads.open:
        sentence = f"All of its {count} leads are closed."
        yield _stops("whom", "all_closed", sentence, "Import another list.", count=count)
    elif leads.next_due is not None and leads.next_due > now:
        at = leads.next_due.isoformat(timespec="minutes")
        yield _warning(
            "whom", "none_due", f"None of its {leads.open} open leads is due before {at}.",
            count=leads.open, at=at,
        )  # fmt: skip
    else:
        yield _ok("whom", "leads", f"{leads.open} of {count} leads are open.", open=leads.open,
                  count=count)  # fmt: skip


def _how(seen: Seen) -> Iterator[Finding]:
    try:
        check_pacing(seen.mode, seen.settings, seen.menus)
    except UserError as error:
        yield _stops("how", "pacing", error.what, error.cure)
    yield _trunk(seen.trunk)
    allowed, shown = seen.trunk.caller_ids, seen.settings.caller_ids
    wrong = [number for number in shown if allowed and number not in allowed]
    if not shown and not allowed:
        yield _warning(
            "how", "no_caller_id", "It shows no number of its own; many carriers refuse that.",
            "Add a caller ID.",
        )  # fmt: skip
    elif wrong:
        yield _warning(
            "how", "caller_id_not_allowed",
            f"The trunk does not let it show {len(wrong)} of its caller IDs; they are left out.",
            "Choose numbers that the carrier gave you.", count=len(wrong),
        )  # fmt: skip
    if seen.settings.abandon_target > 0.03:
        share = seen.settings.abandon_target
        yield _warning(
            "how", "abandon_target", f"Up to {share:.1%} of those who answer may find nobody.",
            "Many regulators allow 3 %.", share=share,
        )  # fmt: skip


def _trunk(trunk: TrunkSeen) -> Finding:
    facts = {"trunk": trunk.name, "word": trunk.state.word}
    if not trunk.known:
        sentence = f"There is no trunk “{trunk.name}”."
        return _stops("how", "no_trunk", sentence, "Make one, or choose another.", **facts)
    if trunk.state.word in {"off", "unreachable", "rejected", "no_address"}:
        sentence = f"The trunk “{trunk.name}”: {trunk.state.sentence}"
        return _stops("how", "trunk_down", sentence, "Look at it under Trunks.", **facts)
    if trunk.state.word == "registering":
        sentence = f"The trunk “{trunk.name}”: {trunk.state.sentence}"
        return _warning("how", "trunk_registering", sentence, **facts)
    return _ok("how", "trunk", f"It dials by the trunk “{trunk.name}”.", **facts)


def _when(seen: Seen) -> Iterator[Finding]:
    if not seen.leads.zones:
        return
    windows, now = seen.settings.windows, seen.now
    until = {zone: closed_until(windows, zone, "", now) for zone in seen.leads.zones}
    closed = {zone: at for zone, at in until.items() if at is not None}
    leads = sum(seen.leads.zones[zone] for zone in closed)
    if not closed:
        yield _ok("when", "open_now", "Its leads may be called now, by the clock.")
        return
    at = min(closed.values()).isoformat(timespec="minutes")
    if len(closed) == len(until):
        sentence = f"None of its leads may be called before {at}: it is outside the calling times."
        yield _warning("when", "closed_now", sentence, at=at)
    else:
        sentence = f"{leads} of its leads live where it is outside the calling times, until {at}."
        yield _warning("when", "closed_for_some", sentence, count=leads, at=at)


def _what(seen: Seen) -> Iterator[Finding]:
    if seen.mode != "agentless":
        if seen.script is None:
            yield _warning("what", "no_script", "Agents have no script.", "Choose or write one.")
        elif seen.script:
            sentence = f"The script has a fault: {seen.script[0]}"
            yield _stops("what", "script_broken", sentence, "Mend it.", fault=seen.script[0])
        else:
            yield _ok("what", "script", "The script has no faults.")
    if seen.settings.record and not seen.notice:
        yield _warning(
            "what", "no_notice", "Calls are recorded and nobody says so.",
            "Write a recording notice, if the law where you call asks for one.",
        )  # fmt: skip


def _who(seen: Seen) -> Iterator[Finding]:
    if seen.mode == "agentless":
        return
    agents, names = seen.agents, ", ".join(seen.agents.missing)
    if names:
        level = _warning if agents.known else _stops
        sentence = f"Nobody is there of whom it names: {names}."
        yield level("who", "missing", sentence, "Choose who is given its calls.", names=names)
    elif not agents.known:
        yield _stops("who", "no_agents", "There are no agents.", "Add one, with a phone.")
    if not agents.known:
        return
    if not agents.signed_in:
        sentence = f"None of {agents.known} agents is signed in."
        yield _warning("who", "nobody_in", sentence, "Calls begin when one is.", count=agents.known)
    elif not agents.connected:
        yield _warning(
            "who", "no_phones", "Nobody's phone is connected.",
            "Agents open the desk, or their SIP phones register.", count=agents.signed_in,
        )  # fmt: skip
    else:
        yield _ok(
            "who", "agents", f"{agents.signed_in} agents are signed in, {agents.ready} are ready.",
            signed_in=agents.signed_in, ready=agents.ready,
        )  # fmt: skip


def _ok(where: Where, code: str, sentence: str, **facts: Any) -> Finding:
    return Finding(level="ok", where=where, code=code, sentence=sentence, facts=facts)


def _warning(where: Where, code: str, sentence: str, cure: str = "", **facts: Any) -> Finding:
    return Finding(
        level="warning", where=where, code=code, sentence=sentence, cure=cure, facts=facts
    )


def _stops(where: Where, code: str, sentence: str, cure: str = "", **facts: Any) -> Finding:
    return Finding(level="stops", where=where, code=code, sentence=sentence, cure=cure, facts=facts)
