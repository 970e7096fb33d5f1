"""A campaign's pacing as a message for the world outside."""

from collections.abc import Callable

from cti.bus import payloads
from cti.bus.publisher import Bus
from dialer.decisions.views import PacingView


def publisher(bus: Bus) -> Callable[[PacingView], None]:
    """Publishes views as messages."""

    def publish(view: PacingView) -> None:
        bus.publish(
            payloads.CampaignPacing(
                at=view.at,
                campaign=view.campaign,
                mode=view.mode,
                dialled_last_minute=view.dialled_last_minute,
                ringing=view.placed + view.ringing,
                waiting=view.waiting,
                free=view.ready,
                busy=view.reserved + view.talking + view.wrapping,
                expected_answers=view.expected_answers,
                expected_free=view.expected_free,
                budget_left=view.budget_left,
                answer_probability=view.answer_probability,
                answered=view.answered,
                abandoned=view.abandoned,
                abandon_rate=view.abandon_rate,
                abandon_high=view.abandon_high,
                abandon_target=view.target,
                window=view.window,
                reasons=view.reasons,
            )
        )

    return publish
