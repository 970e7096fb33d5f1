"""What can go wrong between an action and its answer."""

from cti.base.errors import UserError


class LinkDownError(UserError):
    """The PBX cannot be reached, or the link broke before it answered.

    sent: False: the action never left; True: its outcome is unknown, ask the PBX before going on.
    """

    def __init__(self, what: str, cure: str = "", *, sent: bool = False) -> None:
        super().__init__(what, cure)
        self.sent = sent


class ActionTimeout(UserError):
    """The PBX got the action and did not answer in time: its outcome is unknown."""


class Refused(UserError):
    """The PBX answered an action with an error; `what` holds its words."""
