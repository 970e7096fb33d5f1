"""Who keeps the callers' book, in tests."""


class Book:
    """Keeps what it was told. `broken`: the note that raises."""

    def __init__(self, record: str = "", broken: str = "") -> None:
        self.notes: list[tuple[str, ...]] = []
        self._record = record
        self._broken = broken

    def _note(self, *note: str) -> None:
        self.notes.append(note)
        if note[0] == self._broken:
            raise RuntimeError("the book is shut")

    async def arrived(self, uniqueid: str, dialled: str, caller: str) -> None:
        self._note("arrived", uniqueid, dialled, caller)

    async def chose(self, uniqueid: str, menu: str, digit: str) -> None:
        self._note("chose", uniqueid, menu, digit)

    async def queued(self, uniqueid: str, queue: str) -> str:
        self._note("queued", uniqueid, queue)
        return self._record

    async def left(self, uniqueid: str, outcome: str) -> None:
        self._note("left", uniqueid, outcome)
