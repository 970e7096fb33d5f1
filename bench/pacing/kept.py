"""Results on disk, each as soon as it is there."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from bench.pacing.days import Result


@dataclass(slots=True)
class Kept:
    """A file of results, a line each, by the key of their job."""

    file: Path
    results: dict[str, Result] = field(default_factory=dict)

    @classmethod
    def at(cls, file: Path) -> Self:
        """What `file` holds; a last line that was cut off is as if it had never been."""
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = cls(file)
        if file.exists():
            for line in file.read_text().splitlines():
                try:
                    result = Result(**json.loads(line))
                except (ValueError, TypeError):
                    continue
                kept.results[result.key] = result
        return kept

    def add(self, result: Result) -> None:
        """One more; written before this returns."""
        self.results[result.key] = result
        with self.file.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")
