"""What happens to those who are signed in."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A sign-in is over: what hangs on it, live links and phones, ends too.

    session: as in `Who.session`. reason: signed_out by the person; expired; changed: the
    password, the role or something else that rights hang on.
    """

    session: str
    user: str
    reason: Literal["signed_out", "expired", "changed"]
