"""What happens to phones in pages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageGone:
    """The page whose phone this is has closed its connection, or has lost it.

    certain: it was closed, by leaving or reloading the page: its phone is gone, too. Else only
    the connection broke, and the sound may still flow.
    """

    phone: str
    certain: bool


@dataclass(frozen=True, slots=True)
class PageThere:
    """A page with that phone is connected."""

    phone: str
