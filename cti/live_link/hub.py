"""The hub: every message of the bus, sorted to the browsers that may see it.

Each message is made into text once, whoever gets it. Who belongs to the same audience is asked
about once. Nothing here waits: a browser that does not read is cut.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson
import structlog

from cti.access.rights import Right
from cti.access.who import Who
from cti.base.clock import Clock
from cti.base.ids import new_id
from cti.base.notices import Notice
from cti.bus.payloads import Message
from cti.live_link.browser import Browser
from cti.live_link.seeing import Audience, Belongings
from cti.texts.catalogue import Language, in_language
from cti.texts.reader import told_in

log = structlog.get_logger(__name__)

LINGER: Final = 0.05
"""Seconds that what supervisors watch is gathered before it is sent: a state that lives shorter
is skipped. An agent's own desk never lingers."""
MOST_OF_ONE: Final = 8
"""Live links of one user; the oldest gives way to a new one."""

Bye = Literal["signed_out", "elsewhere", "too_slow", "flood", "stopping"]


@dataclass(slots=True)
class _State:
    """A message, and its frames once somebody wanted them: one, or one for each language that it
    has words of ours in.
    """

    message: Message
    frames: dict[Language, str] = field(default_factory=dict)

    def frame(self, language: Language) -> str:
        """As a browser of this language is sent it."""
        language = language if self.message.sentence else "en"
        if language not in self.frames:
            self.frames[language] = _framed(self.message.topic, _told(self.message, language))
        return self.frames[language]


@dataclass(slots=True)
class LiveHub:
    """All browsers of this moment.

    belongings: whose things are. version: of the service, for the page to notice a new one.
    cut: how many links were cut, by reason.
    """

    clock: Clock
    belongings: Belongings
    version: str = ""
    cut: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _states: dict[str, _State] = field(default_factory=dict)
    _audiences: dict[Audience, dict[Browser, None]] = field(default_factory=dict)
    _desks: dict[str, dict[Browser, None]] = field(default_factory=dict)
    _holders: dict[str, Browser] = field(default_factory=dict)
    _boards: dict[Audience, str] = field(default_factory=dict)
    _lingering: dict[Browser, None] = field(default_factory=dict)
    _linger: asyncio.TimerHandle | None = None
    _events: int = 0

    # -- browsers --------------------------------------------------------------------------------

    def __len__(self) -> int:
        return sum(len(browsers) for browsers in self._audiences.values())

    def __iter__(self) -> Iterator[Browser]:
        for browsers in self._audiences.values():
            yield from browsers

    def join(self, who: Who, language: Language = "en") -> Browser:
        """A browser of `who`: greeted, and told every state that it may see."""
        browser = Browser(new_id("br-"), who, Audience.of(who, language), self.clock)
        self._give_way(who)
        self._audiences.setdefault(browser.audience, {})[browser] = None
        browser.put(
            "hello",
            _dumped(
                {
                    "type": "hello",
                    "version": self.version,
                    "server_time": _moment(self.clock.now()),
                    "browser": browser.id,
                }
            ),
        )
        for topic, state in self._states.items():
            if self._sees(browser, state.message):
                browser.put(topic, state.frame(language))
        if board := self._boards.get(browser.audience):
            browser.put("board", board)
        if who.agent is not None and who.may(Right.DESK):
            self._desks.setdefault(who.agent, {})[browser] = None
        return browser

    def leave(self, browser: Browser) -> None:
        """Its socket is closed, or about to be."""
        browsers = self._audiences.get(browser.audience, {})
        browsers.pop(browser, None)
        if not browsers:
            self._audiences.pop(browser.audience, None)
            self._boards.pop(browser.audience, None)
        self._lingering.pop(browser, None)
        if browser.bye is not None:
            self.cut[browser.bye] += 1
        agent = browser.who.agent
        if agent is None or browser not in self._desks.get(agent, {}):
            return
        del self._desks[agent][browser]
        if self._holders.get(agent) is browser:
            del self._holders[agent]
            self.notify(Notice(agent, "phone_free"))
        if not self._desks[agent]:
            del self._desks[agent]

    def _give_way(self, who: Who) -> None:
        same = [b for b in self if b.who.name == who.name and b.who.user_id == who.user_id]
        for oldest in same[: max(0, len(same) - MOST_OF_ONE + 1)]:
            oldest.end("elsewhere")

    def end_session(self, session: str) -> None:
        """A sign-in is over: its browsers are cut at once."""
        self._end("signed_out", lambda browser: browser.who.session == session)

    def end_user(self, user_id: int) -> None:
        """A user's rights have changed, or there is no such user any more."""
        self._end("signed_out", lambda browser: browser.who.user_id == user_id)

    def _end(self, reason: Bye, which: Callable[[Browser], bool]) -> None:
        for browser in [b for b in self if which(b)]:
            browser.end(reason)

    # -- what is told ----------------------------------------------------------------------------

    def publish(self, message: Message) -> None:
        """A message of the bus, to all who may see it. Never blocks, never raises for a reader."""
        topic = message.topic
        state = _State(message)
        if message.retained:
            self._states[topic] = state
        self._events += 1
        key: object = topic if message.retained else self._events
        for audience, browsers in self._audiences.items():
            if self.belongings.sees(audience, message):
                for browser in browsers:
                    self._put_later(browser, key, state.frame(browser.language))
        for browser in self._own(message):
            browser.put(key, state.frame(browser.language))

    def desk(self, agent: str, payload: Callable[[], str], *, but: str = "") -> None:
        """An agent's desk to all their browsers, each in its language. payload: makes it, as JSON.
        but: id of one that knows already.
        """
        frames: dict[Language, str] = {}
        for browser in self._desks.get(agent, ()):
            if browser.id == but:
                continue
            if browser.language not in frames:
                with told_in(browser.language):
                    frames[browser.language] = self.desk_frame(payload())
            browser.put("desk", frames[browser.language])

    @staticmethod
    def desk_frame(payload: str) -> str:
        """The frame that shows a desk."""
        return _payload("desk", payload)

    def has_desk(self, agent: str) -> bool:
        """Whether any browser shows this agent's desk."""
        return agent in self._desks

    def notify(self, notice: Notice, *, but: str = "") -> None:
        """A notice to the browsers of an agent. but: id of one that is not told."""
        browsers = [b for b in self._desks.get(notice.agent, ()) if b.id != but]
        if not browsers:
            return
        payload = {
            "kind": notice.kind,
            "from": notice.by,
            "text": notice.text,
            "at": _moment(self.clock.now()),
            "details": dict(notice.details),
        }
        for browser in browsers:
            text = (
                notice.text
                if notice.kind == "message"
                else in_language(notice.text, browser.language)
            )
            self._events += 1
            browser.put(self._events, _payload("notice", _dumped(payload | {"text": text})))

    def hold_phone(self, agent: str, browser_id: str) -> bool:
        """This browser of the agent has the phone from now on; the others are told.

        False when the agent has no such browser (any more).
        """
        found = next((b for b in self._desks.get(agent, ()) if b.id == browser_id), None)
        if found is None:
            return False
        self._holders[agent] = found
        self.notify(Notice(agent, "phone_elsewhere"), but=browser_id)
        return True

    # -- the board -------------------------------------------------------------------------------

    def watchers(self) -> list[Audience]:
        """The audiences with a browser that the board is for."""
        return [audience for audience in self._audiences if audience.sees_floor]

    def board(self, audience: Audience, payload: str) -> None:
        """The board, as JSON, to all of an audience."""
        if audience not in self._audiences:
            return
        frame = self._boards[audience] = _payload("board", payload)
        for browser in self._audiences[audience]:
            browser.put("board", frame)

    # -- small tools -----------------------------------------------------------------------------

    def _sees(self, browser: Browser, message: Message) -> bool:
        own = getattr(message, "agent", None) if _is_agents(message) else None
        if own is not None and own == browser.who.agent and browser.who.may(Right.DESK):
            return True
        return self.belongings.sees(browser.audience, message)

    def _own(self, message: Message) -> Iterable[Browser]:
        if not _is_agents(message):
            return ()
        return self._desks.get(getattr(message, "agent", ""), ())

    def _put_later(self, browser: Browser, key: object, frame: str) -> None:
        browser.put(key, frame, now=False)
        self._lingering[browser] = None
        if self._linger is None:
            self._linger = asyncio.get_running_loop().call_later(LINGER, self._wake_all)

    def _wake_all(self) -> None:
        self._linger = None
        lingering, self._lingering = self._lingering, {}
        for browser in lingering:
            browser.wake()


def _is_agents(message: Message) -> bool:
    return message.address.startswith("agents/")


def _told(message: Message, language: Language) -> Message:
    """The message with its sentence in this language."""
    if language == "en" or not message.sentence:
        return message
    said = in_language(getattr(message, message.sentence), language)
    return message.model_copy(update={message.sentence: said})


def _framed(topic: str, message: Message) -> str:
    head = _dumped({"type": "state" if message.retained else "event", "topic": topic})
    return f'{head[:-1]},"payload":{message.encoded().decode()}}}'


def _payload(kind: str, payload: str) -> str:
    return f'{{"type":"{kind}","payload":{payload}}}'


def _dumped(value: dict[str, Any]) -> str:
    return orjson.dumps(value, default=str).decode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
