"""What the evidence of an attempt can mean. Every attempt ends with exactly one (invariant 2)."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of an attempt."""

    ANSWERED = "answered"  # a person and an agent heard each other
    ABANDONED = "abandoned"  # a person answered and no agent came
    MACHINE = "machine"  # answered by a voicemail box or a screening assistant
    FAX = "fax"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    POWERED_OFF = "powered_off"
    UNREACHABLE = "unreachable"
    SUSPENDED = "suspended"  # the subscription is stopped, mostly for an unpaid bill
    VACANT = "vacant"  # nobody has this number
    NUMBER_CHANGED = "number_changed"
    CONGESTION = "congestion"  # the network had no room: not the lead's fault
    FAILED = "failed"  # our own fault, or a cause nobody knows
