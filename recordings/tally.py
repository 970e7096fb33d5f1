"""How many recordings there are, counted as they are told of."""

from collections.abc import Callable
from dataclasses import dataclass

from cti.bus.payloads import Message, RecordingMissing, RecordingReady


@dataclass(slots=True)
class RecordingTally:
    """Counts recordings as they become ready or turn out missing."""

    publish: Callable[[Message], None]
    ready: int = 0
    missing: int = 0
    seconds: float = 0.0

    def __call__(self, message: Message) -> None:
        """Pass a message on, counted."""
        if isinstance(message, RecordingReady):
            self.ready += 1
            self.seconds += message.seconds
        elif isinstance(message, RecordingMissing):
            self.missing += 1
        self.publish(message)
