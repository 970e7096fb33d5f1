"""Each row of the table of signals, and the cases where signals alone do not tell."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.outcomes.classify import HEARD_ENOUGH, RINGS_OUT_S, Verdict, classify
from dialer.outcomes.evidence import Evidence, Kind
from dialer.outcomes.outcome import Outcome
from dialer.outcomes.signals import CAUSE_OF_SIP, CAUSE_OUTCOMES

Row = tuple[float, str, dict[str, Any]]

RINGING: Row = (2, "ringing", {})
PROGRESS: Row = (2, "progress", {})
REFUSED: Row = (8, "originate_failed", {"reason": 0})


def judge(*rows: Row) -> Verdict:
    evidence = Evidence()
    evidence.add(0, Kind.PLACED, number="+8613800000000")
    for at, kind, detail in rows:
        evidence.add(at, kind, **detail)
    return classify(evidence)


def hangup(cause: int | None = None, sip: int | None = None, at: float = 8, **more: Any) -> Row:
    return (at, "hangup", {"cause": cause, "sip": sip, **more})


def heard(meaning: str, confidence: Any = 0.95, at: float = 3) -> Row:
    return (at, "heard", {"what": "您拨打的号码", "meaning": meaning, "confidence": confidence})


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (1, Outcome.VACANT),
        (2, Outcome.VACANT),
        (3, Outcome.VACANT),
        (28, Outcome.VACANT),
        (22, Outcome.NUMBER_CHANGED),
        (17, Outcome.BUSY),
        (18, Outcome.NO_ANSWER),
        (19, Outcome.NO_ANSWER),
        (20, Outcome.POWERED_OFF),
        (27, Outcome.UNREACHABLE),
        (21, Outcome.REJECTED),
        (34, Outcome.CONGESTION),
        (38, Outcome.CONGESTION),
        (41, Outcome.CONGESTION),
        (42, Outcome.CONGESTION),
        (44, Outcome.CONGESTION),
        (47, Outcome.CONGESTION),
    ],
)
def test_each_cause(cause: int, outcome: Outcome) -> None:
    verdict = judge(RINGING, REFUSED, hangup(cause))
    assert verdict.outcome is outcome
    assert f"cause {cause} " in verdict.reason


def test_no_cause_is_left_untested() -> None:
    marks = getattr(test_each_cause, "pytestmark")  # noqa: B009 - set by the decorator
    assert {cause for cause, _ in marks[0].args[1]} == set(CAUSE_OUTCOMES)


@pytest.mark.parametrize(
    ("sip", "outcome"),
    [
        (301, Outcome.NUMBER_CHANGED),
        (401, Outcome.FAILED),
        (403, Outcome.REJECTED),
        (404, Outcome.VACANT),
        (407, Outcome.FAILED),
        (408, Outcome.NO_ANSWER),
        (410, Outcome.NUMBER_CHANGED),
        (484, Outcome.VACANT),
        (486, Outcome.BUSY),
        (487, Outcome.NO_ANSWER),
        (488, Outcome.FAILED),
        (500, Outcome.CONGESTION),
        (502, Outcome.CONGESTION),
        (503, Outcome.CONGESTION),
        (504, Outcome.CONGESTION),
        (600, Outcome.BUSY),
        (603, Outcome.REJECTED),
        (604, Outcome.VACANT),
    ],
)
def test_each_sip_status_under_the_cause_asterisk_gives_it(sip: int, outcome: Outcome) -> None:
    verdict = judge(RINGING, REFUSED, hangup(CAUSE_OF_SIP.get(sip, 127), sip))
    assert verdict == Verdict(outcome, verdict.reason)
    assert f"SIP {sip}" in verdict.reason


def test_a_cause_of_its_own_goes_before_the_sip_status() -> None:
    assert judge(hangup(20, 480)).outcome is Outcome.POWERED_OFF
    assert judge(hangup(17, 503)).outcome is Outcome.BUSY


def test_a_cause_that_only_translates_the_sip_status_does_not_decide() -> None:
    assert judge(hangup(21, 401)).outcome is Outcome.FAILED
    assert judge(hangup(21, 603)).outcome is Outcome.REJECTED
    assert judge(hangup(27, 502)).outcome is Outcome.CONGESTION
    assert judge(hangup(3, 420)).outcome is Outcome.FAILED


@pytest.mark.parametrize("cause", [5, 58, 102, 99, -1])
def test_an_unknown_cause_is_failed_and_named(cause: int) -> None:
    verdict = judge(RINGING, REFUSED, hangup(cause))
    assert verdict.outcome is Outcome.FAILED
    assert f"cause {cause}" in verdict.reason


def test_an_unknown_sip_status_is_failed_and_named() -> None:
    verdict = judge(RINGING, REFUSED, hangup(127, 420))
    assert verdict == Verdict(
        Outcome.FAILED, "SIP 420 is not known to mean anything about the number."
    )


class TestAmbiguous480:
    """Time to ring and early media decide."""

    def test_it_rang(self) -> None:
        verdict = judge(RINGING, hangup(19, 480, at=27))
        assert verdict == Verdict(Outcome.NO_ANSWER, "SIP 480 after 25 s of ringing.")

    def test_it_never_rang(self) -> None:
        assert judge(hangup(19, 480)).outcome is Outcome.UNREACHABLE
        assert judge(hangup(31, 480)).outcome is Outcome.UNREACHABLE

    def test_short_early_media_is_an_announcement(self) -> None:
        verdict = judge(PROGRESS, hangup(19, 480))
        assert verdict.outcome is Outcome.UNREACHABLE
        assert "announcement" in verdict.reason

    def test_long_early_media_is_ringing_in_band(self) -> None:
        verdict = judge(PROGRESS, hangup(19, 480, at=2 + RINGS_OUT_S))
        assert verdict.outcome is Outcome.NO_ANSWER

    def test_an_announcement_that_was_read_decides(self) -> None:
        verdict = judge(PROGRESS, heard("powered_off"), hangup(19, 480))
        assert verdict == Verdict(Outcome.POWERED_OFF, "Heard at 3.0 s: 您拨打的号码 (95% sure).")


class TestOurOwnTimeout:
    def test_reason_3_overrules_what_asterisk_makes_up(self) -> None:
        verdict = judge(RINGING, (30, "originate_failed", {"reason": 3}), hangup(19, 480, at=30))
        assert verdict == Verdict(Outcome.NO_ANSWER, "We gave up after 30 s without an answer.")

    def test_the_order_of_the_two_events_does_not_matter(self) -> None:
        verdict = judge(hangup(19, 480, at=30), (30, "originate_failed", {"reason": 3}))
        assert verdict.outcome is Outcome.NO_ANSWER
        assert "no sign of ringing" in verdict.reason

    def test_our_own_hangup(self) -> None:
        assert judge(RINGING, hangup(127, 487, by="ring_timeout")).outcome is Outcome.NO_ANSWER

    def test_an_announcement_until_the_timeout(self) -> None:
        timeout: Row = (30, "originate_failed", {"reason": 3})
        verdict = judge(PROGRESS, heard("vacant"), timeout, hangup(19, 480, at=30))
        assert verdict.outcome is Outcome.VACANT


class TestOriginateFailed:
    @pytest.mark.parametrize(
        ("reason", "outcome"),
        [
            (0, Outcome.FAILED),
            (1, Outcome.NO_ANSWER),
            (3, Outcome.NO_ANSWER),
            (5, Outcome.BUSY),
            (8, Outcome.CONGESTION),
            (77, Outcome.FAILED),
        ],
    )
    def test_without_a_channel_the_reason_decides(self, reason: int, outcome: Outcome) -> None:
        assert judge((0.1, "originate_failed", {"reason": reason})).outcome is outcome

    @pytest.mark.parametrize("cause", [None, 0, 16, 127])
    def test_with_a_vague_cause_too(self, cause: int | None) -> None:
        busy = (8.0, "originate_failed", {"reason": 5})
        assert judge(busy, hangup(cause)).outcome is Outcome.BUSY
        assert judge(REFUSED, hangup(cause)).outcome is Outcome.FAILED

    def test_ringing_tells_more_than_reason_0(self) -> None:
        assert judge(RINGING, REFUSED, hangup(16)).outcome is Outcome.NO_ANSWER

    def test_a_hangup_that_tells_nothing_at_all(self) -> None:
        assert judge(hangup()) == Verdict(
            Outcome.FAILED, "No cause without ringing: nothing tells why."
        )

    def test_a_trunk_that_never_replies_is_not_the_leads_fault(self) -> None:
        verdict = judge((32, "originate_failed", {"reason": 0}), hangup(18, at=32))
        assert verdict.outcome is Outcome.FAILED
        assert "trunk never replied" in verdict.reason

    def test_never_left(self) -> None:
        verdict = judge((0, "not_dialled", {"why": "the link to the PBX was down"}))
        assert verdict == Verdict(Outcome.FAILED, "Never left: the link to the PBX was down.")


class TestAnswered:
    ANSWERED: Row = (5, "answered", {})
    BRIDGED: Row = (5.01, "bridged", {"agent": 3})

    def test_and_connected(self) -> None:
        verdict = judge(RINGING, self.ANSWERED, self.BRIDGED, hangup(16, at=95))
        assert verdict.outcome is Outcome.ANSWERED

    def test_hung_up_before_anything(self) -> None:
        verdict = judge(self.ANSWERED, hangup(16, at=6.2, by="customer"))
        assert verdict == Verdict(
            Outcome.ABANDONED,
            "Answered; the person hung up after 1.2 s without an agent or a message.",
        )

    def test_ended_by_us(self) -> None:
        assert "we ended it" in judge(self.ANSWERED, hangup(16, at=6, by="us")).reason

    def test_heard_the_message(self) -> None:
        verdict = judge(self.ANSWERED, (7, "message_played", {"sound": "x"}), hangup(16, at=20))
        assert verdict.outcome is Outcome.ABANDONED
        assert "message was played" in verdict.reason

    def test_a_person_who_came_through_after_the_message_is_answered(self) -> None:
        message: Row = (7, "message_played", {"sound": "x"})
        assert judge(self.ANSWERED, message, (9, "bridged", {})).outcome is Outcome.ANSWERED

    def test_without_an_end(self) -> None:
        assert judge(self.ANSWERED).outcome is Outcome.ABANDONED

    @pytest.mark.parametrize("meaning", ["fax", "machine", "vacant"])
    def test_what_was_heard_after_the_answer(self, meaning: str) -> None:
        verdict = judge(self.ANSWERED, self.BRIDGED, heard(meaning, at=7), hangup(16, at=9))
        assert verdict.outcome == meaning

    def test_what_was_heard_before_says_nothing_of_who_answered(self) -> None:
        verdict = judge(heard("powered_off", at=3), self.ANSWERED, self.BRIDGED)
        assert verdict.outcome is Outcome.ANSWERED


class TestHeard:
    def test_a_clear_signal_is_not_overruled(self) -> None:
        assert judge(heard("powered_off"), hangup(17, 486)).outcome is Outcome.BUSY

    @pytest.mark.parametrize("cause", [16, 18, 19, 31])
    def test_a_soft_cause_leaves_it_open(self, cause: int) -> None:
        assert judge(heard("powered_off"), hangup(cause)).outcome is Outcome.POWERED_OFF

    def test_a_clear_cause_does_not(self) -> None:
        assert judge(heard("powered_off"), hangup(1)).outcome is Outcome.VACANT

    def test_the_surest_wins(self) -> None:
        rows = (heard("vacant", 0.85), heard("suspended", 0.99), heard("busy", 0.9))
        assert judge(*rows, hangup(19, 480)).outcome is Outcome.SUSPENDED

    @pytest.mark.parametrize("confidence", [HEARD_ENOUGH - 0.01, None, "high"])
    def test_too_unsure(self, confidence: Any) -> None:
        assert judge(heard("vacant", confidence), hangup(19, 480)).outcome is Outcome.UNREACHABLE

    @pytest.mark.parametrize("meaning", ["answered", "abandoned", "ring-back music", ""])
    def test_not_an_outcome_that_audio_can_tell(self, meaning: str) -> None:
        assert judge(heard(meaning), hangup(19, 480)).outcome is Outcome.UNREACHABLE


class TestRecovered:
    """After a restart, what the PBX's own log tells stands for what nobody saw."""

    def test_answered_and_connected(self) -> None:
        row: Row = (60, "recovered", {"source": "cel", "answered": True, "bridged": True})
        assert judge(row).outcome is Outcome.ANSWERED

    def test_answered_only(self) -> None:
        row: Row = (60, "recovered", {"answered": True, "bridged": False, "cause": 16})
        assert judge(row).outcome is Outcome.ABANDONED

    def test_its_cause(self) -> None:
        assert judge((60, "recovered", {"cause": 17})).outcome is Outcome.BUSY
        assert judge((60, "recovered", {"cause": 18})).outcome is Outcome.NO_ANSWER

    def test_ringing_may_have_been_missed(self) -> None:
        adopted: Row = (9, "recovered", {"source": "living channel"})
        assert judge(adopted, hangup(19, 480, at=12)) == Verdict(
            Outcome.NO_ANSWER, "SIP 480; whether it rang was not seen."
        )

    def test_nothing_is_known(self) -> None:
        verdict = judge((60, "recovered", {"source": "cel"}))
        assert verdict.outcome is Outcome.FAILED
        assert "no record" in verdict.reason


def test_no_end() -> None:
    assert judge() == Verdict(Outcome.FAILED, "No end of this call was seen.")


DETAIL = st.dictionaries(
    st.sampled_from(
        ["cause", "sip", "by", "reason", "why", "meaning", "confidence", "what", "answered"]
    ),
    st.none()
    | st.booleans()
    | st.integers(-10, 700)
    | st.text("空号 a\n", max_size=300)
    | st.floats(),
    max_size=5,
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e4), st.sampled_from(Kind), DETAIL), max_size=8))
def test_no_evidence_is_too_strange(rows: list[tuple[float, Kind, dict[str, Any]]]) -> None:
    verdict = classify(Evidence.from_list([[at, str(kind), dict(d)] for at, kind, d in rows]))
    assert verdict.outcome in Outcome
    assert 0 < len(verdict.reason) <= 255
