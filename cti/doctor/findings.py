"""What an examination finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from cti.base.errors import UserError

Level = Literal["ok", "warn", "fault"]


@dataclass(frozen=True)
class Finding:
    """One line of the report. warn: it works, but may not for long or not for everything."""

    part: str
    level: Level
    what: str
    cure: str = ""


@dataclass
class Report:
    """Findings, in the order of looking."""

    findings: list[Finding] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Whether nothing is at fault."""
        return all(finding.level != "fault" for finding in self.findings)

    def ok(self, part: str, what: str) -> None:
        """A part is as it should be."""
        self.findings.append(Finding(part, "ok", what))

    def warn(self, part: str, what: str, cure: str) -> None:
        """A part may fail later."""
        self.findings.append(Finding(part, "warn", what, cure))

    def fault(self, part: str, what: str, cure: str) -> None:
        """A part does not work."""
        self.findings.append(Finding(part, "fault", what, cure))

    @contextmanager
    def look(self, part: str) -> Iterator[None]:
        """A UserError within is a fault of this part."""
        try:
            yield
        except UserError as error:
            self.fault(part, error.what.strip(), error.cure)
