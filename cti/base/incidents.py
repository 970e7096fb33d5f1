"""Something that a person should look at; emitted as a signal, published on the bus."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Incident:
    """kind: a short fixed word; text: one sentence for people; subject: id of what it is about."""

    kind: str
    text: str
    severity: Literal["warning", "error"] = "warning"
    subject: str = ""
