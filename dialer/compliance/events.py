"""What compliance tells the other rooms of the dialer."""

from dataclasses import dataclass

from dialer.compliance.scopes import Scope


@dataclass(frozen=True, slots=True)
class NumbersBarred:
    """Numbers (or prefixes with a `*`) were put on the do-not-call list; it is committed."""

    numbers: tuple[str, ...]
    scope: Scope
