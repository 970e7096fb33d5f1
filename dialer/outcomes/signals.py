"""What Q.850 causes and SIP statuses mean. Sources: ITU-T Q.850, RFC 3261 §21, RFC 3398 §7.2."""

from collections.abc import Mapping
from typing import Final

from dialer.outcomes.outcome import Outcome

CAUSE_NAMES: Final[Mapping[int, str]] = {
    1: "unallocated number",
    2: "no route to transit network",
    3: "no route to destination",
    16: "normal clearing",
    17: "user busy",
    18: "no user responding",
    19: "no answer from user",
    20: "subscriber absent",
    21: "call rejected",
    22: "number changed",
    27: "destination out of order",
    28: "invalid number format",
    31: "normal, unspecified",
    34: "no circuit available",
    38: "network out of order",
    41: "temporary failure",
    42: "switching equipment congestion",
    44: "requested circuit not available",
    47: "resource unavailable",
    58: "bearer capability not available",
    127: "interworking, unspecified",
}

CAUSE_OUTCOMES: Final[Mapping[int, Outcome]] = {
    1: Outcome.VACANT,
    2: Outcome.VACANT,
    3: Outcome.VACANT,
    28: Outcome.VACANT,
    22: Outcome.NUMBER_CHANGED,
    17: Outcome.BUSY,
    18: Outcome.NO_ANSWER,
    19: Outcome.NO_ANSWER,
    20: Outcome.POWERED_OFF,
    27: Outcome.UNREACHABLE,
    21: Outcome.REJECTED,
    34: Outcome.CONGESTION,
    38: Outcome.CONGESTION,
    41: Outcome.CONGESTION,
    42: Outcome.CONGESTION,
    44: Outcome.CONGESTION,
    47: Outcome.CONGESTION,
}

SIP_OUTCOMES: Final[Mapping[int, Outcome]] = {
    404: Outcome.VACANT,
    604: Outcome.VACANT,
    484: Outcome.VACANT,
    410: Outcome.NUMBER_CHANGED,
    301: Outcome.NUMBER_CHANGED,
    486: Outcome.BUSY,
    600: Outcome.BUSY,
    408: Outcome.NO_ANSWER,
    487: Outcome.NO_ANSWER,
    603: Outcome.REJECTED,
    403: Outcome.REJECTED,
    500: Outcome.CONGESTION,
    502: Outcome.CONGESTION,
    503: Outcome.CONGESTION,
    504: Outcome.CONGESTION,
    401: Outcome.FAILED,
    407: Outcome.FAILED,
    488: Outcome.FAILED,
}

# "Temporarily unavailable" stands for no answer, absent and everything else (RFC 3398 §8.2.6.1).
AMBIGUOUS_SIP: Final = 480
# Causes that say only that the call ended.
VAGUE_CAUSES: Final = frozenset({0, 16, 31, 127})
# Signals that leave room for what an announcement said.
SOFT_CAUSES: Final = VAGUE_CAUSES | {18, 19}
SOFT_SIP: Final = frozenset({408, 480, 487})

# The PBX's reasons for not placing a call are Asterisk's control frames. Asterisk 22 says 0 for
# nearly every failure, busy included, and leaves the cause to the Hangup event; without a channel
# (no such trunk) there is no Hangup. 3 is always our own ring time running out: the Hangup then
# has Asterisk's own cause 19 and SIP 480, which nobody sent.
ORIGINATE_RANG_OUT: Final = 3
ORIGINATE_OUTCOMES: Final[Mapping[int, tuple[Outcome, str]]] = {
    0: (Outcome.FAILED, "the call could not be made"),
    1: (Outcome.NO_ANSWER, "it ended before an answer"),
    5: (Outcome.BUSY, "busy"),
    8: (Outcome.CONGESTION, "congestion"),
}

# What chan_pjsip makes of a SIP status. A cause that is only this translation says nothing new,
# and is coarser than the status: 401 (our password) and 603 (the person declines) are both 21.
CAUSE_OF_SIP: Final[Mapping[int, int]] = {
    401: 21,
    403: 21,
    404: 1,
    407: 21,
    408: 18,
    409: 41,
    410: 22,
    420: 3,
    480: 19,
    483: 19,
    484: 28,
    485: 1,
    486: 17,
    500: 38,
    502: 27,
    503: 34,
    600: 17,
    603: 21,
    604: 1,
}
