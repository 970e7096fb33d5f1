"""Something to be told to one agent's screen; emitted as a signal, shown by the live link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Notice:
    """agent: sign-in name. kind: a short fixed word, by which the page knows its own words:
    message, listened, forced … text: one sentence, or what `by` wrote. by: who, if a person.
    details: what the page's own words need.
    """

    agent: str
    kind: str
    text: str = ""
    by: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
