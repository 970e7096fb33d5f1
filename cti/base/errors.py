"""Errors meant for people: one sentence that says what is wrong, where, and what to do."""


class UserError(Exception):
    """Bad input or a missing part, said so that the reader can mend it.

    what: the fault in one sentence, naming the file, line or field.
    cure: what to do about it; empty when `what` already says it.
    """

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(what if not cure else f"{what} {cure}")
        self.what = what
        self.cure = cure


class NotFound(UserError):
    """Something was asked for by a name or id that does not exist."""


class Conflict(UserError):
    """The request is well formed but does not fit the present state."""
