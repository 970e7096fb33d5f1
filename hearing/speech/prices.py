"""What errors cost, and the thresholds that follow. Pure functions.

Two things can be done with an answered call while nothing is certain: leave it with the agent, or
take it back as a machine. Let p be the probability that no person listens.

    leave it:   p · wasted_second · seconds_with_machine     the agent's time, if it is a machine
    take it:    (1 − p) · lost_person                        the lead, if it is a person

Taking is cheaper once p exceeds

    p* = lost_person / (lost_person + wasted_second · seconds_with_machine)

While the call waits for the verdict (decide-first), one step of `step` seconds more costs a person
(1 − p) · waiting_second · step, and can at best save p · wasted_second · seconds_with_machine.
Waiting no longer pays, and the call is connected, once p falls below

    p° = w / (w + wasted_second · seconds_with_machine),   w = waiting_second · step

This is the one-step look-ahead rule of optimal stopping (Chow and Robbins, 1961).
"""

from dataclasses import dataclass
from typing import Literal

from cti.base.errors import UserError

Act = Literal["person", "machine", "wait"]


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of errors, in one unit of the campaign's choice; only their ratios matter.

    lost_person: a person taken for a machine. wasted_second: an agent's second with a machine.
    seconds_with_machine: how long an agent is with a machine before hanging up by hand.
    waiting_second: a person's second of silence where the verdict comes before the agent.
    """

    lost_person: float = 300.0
    wasted_second: float = 1.0
    seconds_with_machine: float = 15.0
    waiting_second: float = 5.0

    def __post_init__(self) -> None:
        if min(self.lost_person, self.waiting_second) < 0 or (
            min(self.wasted_second, self.seconds_with_machine) <= 0
        ):
            raise UserError(
                "A price of errors is below 0, or an agent's second costs nothing.",
                "Give lost_person and waiting_second of 0 or more, wasted_second and "
                "seconds_with_machine above 0.",
            )

    @property
    def wasted(self) -> float:
        """Cost of a machine left with an agent."""
        return self.wasted_second * self.seconds_with_machine

    @property
    def machine_threshold(self) -> float:
        """p*: from here on the call is taken back as a machine."""
        return self.lost_person / (self.lost_person + self.wasted)

    def person_threshold(self, step: float) -> float:
        """p°: up to here a further wait of `step` seconds does not pay."""
        wait = self.waiting_second * step
        return wait / (wait + self.wasted)

    def act(self, nobody: float, step: float, *, last: bool = False) -> Act:
        """The cheapest thing to do at probability `nobody` that no person listens.

        step: seconds until there may be another verdict. last: there will be none.
        """
        if nobody >= self.machine_threshold:
            return "machine"
        if last or nobody <= self.person_threshold(step):
            return "person"
        return "wait"
