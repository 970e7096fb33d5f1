"""Was it true? Each attempt's outcome against what its number's persona really does."""

from dataclasses import dataclass, field
from typing import Any

from pstn.personas import Personas

ALSO_TRUE = {("answered", "abandoned")}
"""A person who answered and found nobody free: the persona answered, the floor did not serve."""


@dataclass(slots=True)
class Truth:
    """How many agreed, and which differed."""

    agree: int = 0
    differ: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return {
            "agree": self.agree,
            "differ": self.differ,
        }


def compare(attempts: list[dict[str, Any]], personas: Personas) -> Truth:
    """Hold every finished attempt against its persona's truth."""
    truth = Truth()
    for attempt in attempts:
        if attempt["outcome"] is None:
            continue
        persona = personas.persona_of(attempt["number"])
        pair = (str(persona.truth), attempt["outcome"])
        if pair[0] == pair[1] or pair in ALSO_TRUE:
            truth.agree += 1
        else:
            truth.differ.append(
                {
                    "attempt": attempt["id"],
                    "persona": persona.key,
                    "truth": str(persona.truth),
                    "outcome": attempt["outcome"],
                    "reason": attempt["outcome_reason"],
                    "evidence": attempt["evidence"],
                }
            )
    return truth
