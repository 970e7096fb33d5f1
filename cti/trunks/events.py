"""What trunks publish."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrunksChanged:
    """Trunks were made, changed or removed, or another is the default now."""
