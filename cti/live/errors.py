"""What can go wrong with the live state."""

from cti.base.errors import UserError


class LiveStateDown(UserError):
    """Redis is away or refuses to work: nothing new is taken until it is back."""
