"""A campaign's moves, every one of them."""

from itertools import product

import pytest

from cti.base.errors import Conflict
from dialer.campaigns.states import CampaignState, check_move

ALLOWED = {
    ("draft", "running"),
    ("running", "paused"),
    ("paused", "running"),
    ("running", "stopped"),
    ("paused", "stopped"),
}
TARGETS = [CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.STOPPED]


@pytest.mark.parametrize(("now", "then"), list(product(CampaignState, TARGETS)))
def test_moves(now: CampaignState, then: CampaignState) -> None:
    if (now, then) in ALLOWED:
        check_move("May", now, then)
        return
    with pytest.raises(Conflict, match=rf"“May” is (already )?{now}"):
        check_move("May", now, then)
