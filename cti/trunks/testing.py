"""Test calls: one number dialled over one trunk, and step by step what became of it."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import BaseModel, Field

from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound
from cti.base.ids import new_id
from cti.base.signals import Signals
from cti.calls.events import (
    LegAnswered,
    LegEnded,
    LegMarked,
    LegProgressed,
    LegRefused,
    LegRinging,
    LegVanished,
)
from cti.calls.pbx import Pbx, PbxError
from cti.texts.reader import Sentence

RING_SECONDS = 30.0
KEPT, AT_ONCE = 50, 3

What = Literal["dialled", "progress", "ringing", "answered", "playing", "ended"]
Result = Literal[
    "answered", "busy", "no_answer", "rejected", "vacant", "unreachable", "congestion",
    "forbidden", "no_reply", "no_trunk", "failed",
]  # fmt: skip

_BY_SIP: Final[dict[int, Result]] = {
    401: "forbidden", 403: "forbidden", 407: "forbidden", 404: "vacant", 410: "vacant",
    484: "vacant", 604: "vacant", 408: "no_reply", 480: "unreachable", 486: "busy", 600: "busy",
    487: "no_answer", 603: "rejected", 608: "rejected", 500: "congestion", 502: "congestion",
    503: "congestion", 504: "congestion",
}  # fmt: skip
"""RFC 3261 §21."""
_BY_CAUSE: Final[dict[int, Result]] = {
    1: "vacant", 3: "no_reply", 17: "busy", 18: "no_answer", 19: "no_answer", 20: "unreachable",
    21: "rejected", 22: "vacant", 27: "unreachable", 28: "vacant", 34: "congestion",
    38: "congestion", 41: "congestion", 42: "congestion",
}  # fmt: skip
"""ITU-T Q.850."""
_WORDS: Final[dict[Result, tuple[str, str]]] = {
    "answered": ("The call was answered: the trunk works.", ""),
    "busy": ("The number is busy: the trunk works.", "Try another number to hear it ring."),
    "no_answer": ("It rang and nobody answered: the trunk works.", "Try a number that answers."),
    "rejected": ("The call was declined.", "Try a number whose owner expects the call."),
    "vacant": ("The carrier knows no such number.", "Check the number and its country code."),
    "unreachable": ("The number cannot be reached now.", "Try another number."),
    "congestion": ("The carrier has no free line, or is out of order.", "Ask the carrier."),
    "forbidden": (
        "The carrier does not let us call.",
        "Check user name, secret and the caller ID; ask which addresses it accepts.",
    ),
    "no_reply": (
        "The carrier did not reply.",
        "Check host, port and transport, and that no firewall stands between.",
    ),
    "no_trunk": (
        "The PBX could not place the call by this trunk.",
        "Look at the trunk's state: it may be off, or not reached.",
    ),
    "failed": ("The call failed.", "The PBX's log says why."),
}


class TestStep(BaseModel):
    """Something that happened; `at` in seconds after the dial."""

    __test__ = False

    at: float
    what: What


class TestCallView(BaseModel):
    """A test call and how far it is."""

    __test__ = False  # no test, for pytest

    id: str
    trunk: str
    number: str
    caller_id: str
    steps: list[TestStep]
    done: bool
    result: Result | None = None
    sentence: Sentence = ""
    cure: Sentence = ""
    sip_code: int | None = Field(default=None, description="final SIP status, if any")
    cause: int | None = Field(default=None, description="Q.850")


@dataclass(slots=True)
class TestCalls:
    """Places test calls and keeps the last ones."""

    __test__ = False

    pbx: Pbx
    signals: Signals
    clock: Clock
    _calls: OrderedDict[str, TestCallView] = field(default_factory=OrderedDict)
    _began: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signals.on(LegProgressed, lambda e: self._step(e.uniqueid, "progress"))
        self.signals.on(LegRinging, lambda e: self._step(e.uniqueid, "ringing"))
        self.signals.on(LegAnswered, lambda e: self._step(e.uniqueid, "answered"))
        self.signals.on(LegMarked, self._marked)
        self.signals.on(LegEnded, self._ended)
        self.signals.on(LegRefused, lambda e: self._over(e.uniqueid, "no_trunk"))
        self.signals.on(LegVanished, lambda e: self._over(e.uniqueid, None))

    def get(self, call_id: str) -> TestCallView:
        """Raises NotFound; only the last ones are kept, until a restart."""
        if call_id not in self._calls:
            raise NotFound(f"There is no test call {call_id!r}.")
        return self._calls[call_id]

    async def place(self, trunk: str, number: str, caller_id: str = "") -> TestCallView:
        """Dial; returns when the PBX has taken it. number, caller_id: E.164.

        Conflict when there are too many already, or the PBX is away.
        """
        if sum(not call.done for call in self._calls.values()) >= AT_ONCE:
            raise Conflict("Other test calls are still running.", "Wait for their end.")
        call = TestCallView(
            id=new_id("te-"), trunk=trunk, number=number, caller_id=caller_id, steps=[], done=False
        )
        self._calls[call.id] = call
        while len(self._calls) > KEPT:
            self._began.pop(self._calls.popitem(last=False)[0], None)
        self._began[call.id] = self.clock.monotonic()
        self._step(call.id, "dialled")
        try:
            await self.pbx.place_test(
                call.id, f"PJSIP/{number}@{trunk}", caller_id=caller_id, ring_seconds=RING_SECONDS
            )
        except PbxError as error:
            if not self.pbx.up:
                del self._calls[call.id]
                raise Conflict(f"The call could not be placed: {error}.", "Try soon.") from error
            self._over(call.id, "no_trunk")
        return call

    def _marked(self, event: LegMarked) -> None:
        if event.mark == "CtiTesting":
            self._step(event.uniqueid, "playing")

    def _ended(self, event: LegEnded) -> None:
        call = self._calls.get(event.uniqueid)
        if call is not None:
            call.sip_code, call.cause = event.sip_code, event.cause or None
            self._over(call.id, None)

    def _over(self, call_id: str, result: Result | None) -> None:
        call = self._calls.get(call_id)
        if call is None or call.done:
            return
        seconds = self.clock.monotonic() - self._began[call_id]
        call.result = result or outcome(call, seconds)
        call.sentence, call.cure = _WORDS[call.result]
        self._step(call_id, "ended")
        call.done = True

    def _step(self, call_id: str, what: What) -> None:
        call = self._calls.get(call_id)
        if call is None or call.done or what in [step.what for step in call.steps]:
            return
        at = self.clock.monotonic() - self._began[call_id]
        call.steps.append(TestStep(at=round(at, 3), what=what))


def outcome(call: TestCallView, seconds: float) -> Result:
    """What became of a call that is over after so long, by what was seen of it."""
    seen = {step.what for step in call.steps}
    if "answered" in seen:
        return "answered"
    if seconds >= RING_SECONDS - 0.5:  # our own ring time was up, which Asterisk calls 480
        return "no_answer" if seen & {"ringing", "progress"} else "no_reply"
    if call.sip_code in _BY_SIP:
        return _BY_SIP[call.sip_code]
    if "ringing" in seen and call.cause in {None, 16, 18, 19}:
        return "no_answer"
    if call.cause in _BY_CAUSE:
        return _BY_CAUSE[call.cause]
    return "failed" if seen & {"ringing", "progress"} else "no_reply"
