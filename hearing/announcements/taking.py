"""The fingerprint of a recording that is to be taught."""

from hearing.announcements.fingerprint import Fingerprint, levels_of
from hearing.announcements.loops import one_pass
from hearing.announcements.speechlike import demand_speech
from hearing.sighting import Samples


def fingerprint(samples: Samples) -> Fingerprint:
    """Of one pass of what is said, without the tones and the silence around it.

    Raises UserError when it is silent, too short or too long, or nothing but tones: such a
    recording would be found where it is not.
    """
    levels = levels_of(samples)
    begin, end = demand_speech(levels)
    return Fingerprint.of(one_pass(levels[begin:end]))
