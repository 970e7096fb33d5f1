"""Why somebody is not let in, in the house's form of errors."""

from cti.base.errors import UserError


class NotSignedIn(UserError):
    """Nobody is signed in, or no longer. need: what is missing (`code`), empty when all is."""

    def __init__(self, what: str, cure: str = "", *, need: str = "") -> None:
        super().__init__(what, cure)
        self.need = need


class Forbidden(UserError):
    """Signed in, but this is not allowed. need: what has to be done first (`new_password`)."""

    def __init__(self, what: str, cure: str = "", *, need: str = "") -> None:
        super().__init__(what, cure)
        self.need = need


class TooMany(UserError):
    """Too many tries. seconds: until the next one is heard."""

    def __init__(self, what: str, cure: str, *, seconds: float) -> None:
        super().__init__(what, cure)
        self.seconds = seconds


class TooLarge(UserError):
    """What was sent is larger than may be sent there."""
