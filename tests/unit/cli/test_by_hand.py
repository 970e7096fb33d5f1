"""`cti preview` and `cti dial`: what is asked of the service, and what is shown."""

from tests.unit.cli.conftest import Run
from tests.unit.cli.house import House


def test_a_lead_is_shown_with_its_numbers_and_its_past(house: House, run: Run) -> None:
    said = run("preview", "next", "Spring", "--agent", "alice")
    assert house.by_hand.asked == [("next", 1, "alice")]
    assert said.out.startswith("Li [bold]Na, lead 7 of “Spring”, for alice, for 120 s.\n")
    for words in (
        "Mon 2026-03-02 17:00 (Asia/Shanghai)",
        "city: Shanghai",
        "+8613800138000: It is on the do-not-call list.",
        "+8613800138001 (next)",
        "prefers mornings",
        "no_time_fixed",
    ):
        assert words in said.out
    shown = run("preview", "next", "1", "--agent", "alice", "--json").json
    assert (shown["lead_id"], shown["numbers"][1]["next"]) == (7, True)


def test_it_is_dialled_or_skipped(house: House, run: Run) -> None:
    said = run("preview", "dial", "Spring", "7")
    assert said.out == "Dialling +8613800138001 for alice: attempt at-9.\n"
    run("preview", "dial", "Spring", "7", "--number", "+8613800138000")
    assert run("preview", "skip", "Spring", "7").out == "Lead 7 is at the end of the line.\n"
    assert run("preview", "skip", "Spring", "7", "--json").json == {"lead_id": 7}
    assert house.by_hand.asked[:3] == [
        ("dial", 1, 7, None),
        ("dial", 1, 7, "+8613800138000"),
        ("skip", 1, 7),
    ]


def test_a_number_is_dialled(house: House, run: Run) -> None:
    said = run("dial", "+491711", "--campaign", "Spring", "--agent", "bob", "--name", "Ms Li")
    assert said.out == "Dialling +491711 for bob: attempt at-9.\n"
    assert house.by_hand.asked == [("call", 1, "bob", "+491711", "Ms Li")]
    call = ("dial", "+491711", "--campaign", "1", "--agent", "bob", "--json")
    assert run(*call).json["attempt_id"] == "at-9"


def test_why_it_may_not_be_dialled_is_told(run: Run, house: House) -> None:
    said = run("dial", "110", "--campaign", "Spring", "--agent", "bob")
    assert (said.code, said.out) == (1, "")
    assert "110 may not be called: it is barred." in said.err
    assert run("dial", "110", "--agent", "bob").code == 2
    assert len(house.by_hand.asked) == 1
