"""Runs a caller through the menus and tells the dialplan, and us, where they go."""

from typing import Protocol

import structlog

from ivr.agi import ANY_DIGIT, AgiError, AgiSession, SoundMissing
from ivr.menus import Menu, Menus, Route

log = structlog.get_logger(__name__)


class Arrivals(Protocol):
    """Who keeps the callers' book. `uniqueid` is the channel's id on the PBX."""

    async def arrived(self, uniqueid: str, dialled: str, caller: str) -> None:
        """Somebody called `dialled`; nothing has been played yet."""
        ...

    async def chose(self, uniqueid: str, menu: str, digit: str) -> None:
        """The caller pressed `digit`, which is one of the menu's choices."""
        ...

    async def queued(self, uniqueid: str, queue: str) -> str:
        """The caller goes to `queue` now. Returns the file to record to, or '' for none."""
        ...

    async def left(self, uniqueid: str, outcome: str) -> None:
        """The call ends here: `menu` (in the menu, by either side), `abandoned` (just queued)."""
        ...


class IvrService:
    """The handler of `AgiServer`: `AgiServer(host, port, IvrService(menus, arrivals).handle)`.

    told: keeps the book of calls that we placed and lead through a menu.

    Leaves CTI_ROUTE (floor, hangup), CTI_QUEUE and CTI_RECORD on the channel. A call that it
    could not lead to an end has no CTI_ROUTE: the dialplan then plays the default message.
    """

    def __init__(self, menus: Menus, arrivals: Arrivals, told: Arrivals | None = None) -> None:
        self.menus = menus
        self._arrivals = arrivals
        self._told = told
        self._missing: set[str] = set()

    async def handle(self, session: AgiSession) -> None:
        """One call, from its arrival to its queue or its end.

        A call of ours comes by the script `told` and names its menu; one we do not have is an
        AgiError, and the dialplan plays the default message.
        """
        menu, book = self.menus.start, self._arrivals
        if session.script == "told" and self._told is not None:
            book = self._told
            if session.dialled not in self.menus.by_name:
                raise AgiError(f"there is no menu {session.dialled[:64]!r}")
            menu = self.menus.by_name[session.dialled]
        await self._lead(session, menu, book)

    async def _lead(self, session: AgiSession, menu: Menu, book: Arrivals) -> None:
        uniqueid = session.uniqueid
        await book.arrived(uniqueid, session.dialled, session.caller)
        outcome = "menu"
        try:
            await session.answer()
            queue = await self._walk(session, menu, book)
            if queue is not None:
                record = await book.queued(uniqueid, queue)
                outcome = "abandoned"
                await session.set_variable("CTI_QUEUE", queue)
                await session.set_variable("CTI_RECORD", record)
            await session.set_variable("CTI_ROUTE", "hangup" if queue is None else "floor")
        except BaseException:
            # Whatever went wrong, also our own stopping: the caller is no longer ours.
            await book.left(uniqueid, outcome)
            raise
        if queue is None:
            await book.left(uniqueid, outcome)

    async def _walk(self, session: AgiSession, menu: Menu, book: Arrivals) -> str | None:
        """From menu to menu; returns the queue, or None to hang up."""
        while True:
            route = await self._ask(session, menu, book)
            await self._play(session, route.say, escape="")
            if route.go_to is None:
                return route.queue
            menu = self.menus.by_name[route.go_to]

    async def _ask(self, session: AgiSession, menu: Menu, book: Arrivals) -> Route:
        digit = ""
        for _ in range(menu.tries):
            digit = digit or await self._play(session, menu.prompt)
            digit = digit or await session.wait_for_digit(menu.digit_timeout)
            if route := menu.choices.get(digit):
                await book.chose(session.uniqueid, menu.name, digit)
                return route
            # Who knows the menu need not hear the complaint out: the key counts as the next try.
            digit = await self._play(session, menu.invalid if digit else menu.no_input)
        return menu.after_last_try

    async def _play(self, session: AgiSession, sounds: list[str], escape: str = ANY_DIGIT) -> str:
        """Play in order until a key of `escape` is pressed; returns it, or ''.

        A sound that is not there is skipped, and told once: the menu goes on without it.
        """
        for sound in sounds:
            try:
                if digit := await session.play(sound, escape):
                    return digit
            except SoundMissing:
                if sound not in self._missing:
                    self._missing.add(sound)
                    log.warning("menu names a sound that the PBX cannot play", sound=sound)
        return ""
