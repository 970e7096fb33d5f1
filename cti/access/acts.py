"""Which acts were written down while a request is served, so that none is written twice."""

from contextvars import ContextVar

noted: ContextVar[list[str] | None] = ContextVar("noted", default=None)
"""Names of acts; None outside of requests that change something."""
