"""How loud both sides of a talk are, out of files that the PBX is still writing."""

from pathlib import Path

import numpy as np

from hearing.sighting import RATE, Samples
from hearing.tail import Tail

SILENCE = -90.0
"""dBFS of a side from which nothing comes; as low as 16 bits reach."""
SPEECH = -45.0
"""dBFS from which somebody speaks: a quiet talker is at -40, the noise of a line at -60."""
_WINDOW = RATE // 10


def loudness(sound: Samples) -> float:
    """The loudest tenth of a second of `sound`: root mean square in dBFS, SILENCE to 0.

    A short word in a long stretch is as loud as it was. Of a shorter sound, the whole; of no
    sound, SILENCE.
    """
    if not len(sound):
        return SILENCE
    windows = max(1, len(sound) // _WINDOW)
    pieces = sound[: windows * _WINDOW].reshape(windows, -1)
    power = float(np.square(pieces).mean(axis=1).max())
    return max(SILENCE, round(10 * float(np.log10(max(power, 1e-12))), 1))


class TwoSides:
    """Follows both sides of a talk."""

    def __init__(self, customer: Path, agent: Path) -> None:
        self._tails = (Tail(customer), Tail(agent))

    @property
    def there(self) -> bool:
        """Whether the PBX has begun to write."""
        return any(tail.there for tail in self._tails)

    @property
    def seconds(self) -> float:
        """How much was read so far."""
        return self._tails[0].seconds

    def read(self) -> tuple[float | None, float | None]:
        """Loudness of what is new, the customer's and the agent's side; None: nothing is new.

        Raises OSError.
        """
        customer, agent = (tail.read() for tail in self._tails)
        return (
            loudness(customer) if len(customer) else None,
            loudness(agent) if len(agent) else None,
        )

    def close(self) -> None:
        """Let go of the files."""
        for tail in self._tails:
            tail.close()
