"""Each command asks for what it should, and shows what it got: to people and to programs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti.agents.crew import Crew
from cti.agents.states import Agent
from tests.unit.cli.conftest import Run
from tests.unit.cli.house import ATTEMPT, House


def test_an_agent_is_added_and_told_how_the_phone_registers(house: House, run: Run) -> None:
    said = run("agent", "add", "alice", "--mode", "ringing")
    assert said.code == 0
    assert "agent-alice" in said.out
    assert house.roster.get("alice").mode == "ringing"
    assert run("agent", "add", "bob", "--json").json == {
        "name": "bob",
        "phone": "agent-bob",
        "secret": "s",
    }


def test_agents_come_and_go(house: House, run: Run) -> None:
    house.roster.add(Agent(1, "alice", "agent-alice"))
    assert run("agent", "sign-in", "alice", "--json").json["state"] == "not_ready"
    said = run("agent", "not-ready", "alice", "--reason", "lunch", "--json").json
    assert (said["state"], said["reason"]) == ("not_ready", "lunch")
    assert "lunch" in run("agent", "list").out
    assert run("agent", "sign-out", "alice", "--json").json["state"] == "signed_out"
    said_no = run("agent", "hang-up", "alice")
    assert said_no.code == 1
    assert said_no.err == "error: Agent alice is not in a call.\n"


def test_ready_reaches_the_roster(house: House, run: Run) -> None:
    agent = house.roster.add(Agent(1, "alice", "agent-alice"))
    house.roster.sign_in(agent)
    agent.leg, agent.leg_ready = "ag-1", True
    assert run("agent", "ready", "alice", "--json").json["state"] == "ready"


def test_nobody_yet_is_a_sentence_and_an_empty_list(house: House, run: Run) -> None:
    assert run("agent", "list").out == "No agents. Add one: `cti agent add NAME`.\n"
    assert run("agent", "list", "--json").json == []


def test_a_campaign_is_made_from_options_and_a_file(house: House, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("wrap_up_s: 5\nwindows: {sun: []}\n")
    options = ("--caller-id", "+861066668888", "--caller-id", "+861066668889")
    made = run("campaign", "create", "Autumn", *options, "--settings", file, "--json").json
    assert made["id"] == 2
    settings = house.campaigns.known[1].settings
    assert settings.caller_ids == ("+861066668888", "+861066668889")
    assert settings.wrap_up_s == 5
    assert settings.windows.sun == ()


def test_settings_change_where_the_file_says_and_stay_elsewhere(
    house: House, run: Run, tmp_path: Path
) -> None:
    before = house.campaigns.known[0].settings
    file = tmp_path / "change.yaml"
    file.write_text("wrap_up_s: 7\n")
    said = run("campaign", "change", "Spring", "--settings", file)
    assert said.out == "Changed wrap_up_s of “Spring”.\n"
    assert house.campaigns.known[0].settings == before.model_copy(update={"wrap_up_s": 7})
    said = run("campaign", "change", "Spring", "--mode", "power")
    assert said.out == "Changed mode of “Spring”.\n"
    assert house.campaigns.known[0].mode == "power"
    assert run("campaign", "modes", "--json").json["power"].startswith("A fixed number of lines")


@pytest.mark.parametrize(
    ("command", "state"), [("start", "running"), ("pause", "paused"), ("stop", "stopped")]
)
def test_a_campaign_is_moved_by_name_or_number(
    house: House, run: Run, command: str, state: str
) -> None:
    assert run("campaign", command, "Spring").out == f"The campaign “Spring” is {state}.\n"
    assert run("campaign", command, "1", "--json").json["state"] == state


def test_who_is_given_a_campaign_s_calls_is_chosen(house: House, run: Run) -> None:
    given = "The calls of “Spring” are given to: "
    assert run("campaign", "crew", "Spring").out == given + "every agent.\n"
    chosen = ("--team", "north", "--agent", "bert", "--agent", "anna")
    assert run("campaign", "crew", "Spring", *chosen).out == given + "team north, anna, bert.\n"
    assert house.campaigns.known[0].settings.crew == Crew(teams=("north",), agents=("anna", "bert"))
    assert run("campaign", "crew", "Spring", "--json").json["teams"] == ["north"]
    assert "leaves nobody to choose" in run("campaign", "crew", "Spring", "--everyone", *chosen).err
    assert run("campaign", "crew", "Spring", "--everyone").out == given + "every agent.\n"


def test_campaigns_are_listed_and_shown(house: House, run: Run) -> None:
    assert "Spring" in run("campaign", "list").out
    shown = run("campaign", "show", "Spring")
    assert "wrap_up_s: 20" in shown.out
    assert "people.csv" in shown.out
    assert run("campaign", "show", "Spring", "--json").json["imports"][0]["id"] == 7


def test_status_tells_the_figures_and_the_pacers_reason(house: House, run: Run) -> None:
    shown = run("campaign", "status", "Spring").out
    assert "2 lines: 2 agents free" in shown
    assert "1 (25.0% of answered, at most 3.0%)" in shown
    figures = run("campaign", "status", "Spring", "--json").json
    assert figures["figures"]["outcomes"] == {"busy": 6, "answered": 3}
    house.board.figures = []
    assert "has not dialled" in run("campaign", "status", "Spring").out
    assert run("campaign", "status", "Spring", "--json").json["figures"] is None


def test_a_lead_is_shown_and_cannot_colour_the_terminal(house: House, run: Run) -> None:
    shown = run("lead", "show", "3").out
    assert "王芳" in shown
    assert "\x1b" not in shown
    assert "北京" in shown
    assert "+8613800138000  not usable" in shown
    assert run("lead", "show", "3", "--json").json["closed_reason"] == "no number left"


def test_an_attempt_is_drawn_as_a_timeline(house: House, run: Run) -> None:
    shown = run("attempt", "show", ATTEMPT).out
    assert "talking 8.0 s" in shown
    assert "10.000 s" in shown
    assert "cause 16, by customer" in shown
    bar = next(line for line in shown.splitlines() if "█" in line)
    assert bar.count("█") == 48
    assert bar.count("▒") == 12
    assert "lena said refused → success: wrong key" in shown
    assert len(run("attempt", "show", ATTEMPT, "--json").json["evidence"]) == 3


def test_attempts_are_found_by_what_they_have_in_common(house: House, run: Run) -> None:
    options = ("--campaign", "Spring", "--lead", "3", "--outcome", "busy", "--limit", "9")
    shown = run("attempt", "list", *options, "--before", "2026-03-02T10:00+01:00")
    assert ATTEMPT in shown.out
    assert "under way" in shown.out
    assert house.attempts.asked == {
        "campaign_id": 1,
        "lead_id": 3,
        "outcome": "busy",
        "before": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        "limit": 9,
        "client_id": None,
        "team": None,
    }
    assert len(run("attempt", "list", "--json").json) == 2


def test_a_disposition_carries_its_time_and_note(house: House, run: Run) -> None:
    at = ("--at", "2026-03-03T09:30+08:00")
    said = run("attempt", "dispose", ATTEMPT, "callback_at", *at, "--note", "after lunch")
    assert said.code == 0
    due = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
    assert house.attempts.disposed == (ATTEMPT, "callback_at", due, "after lunch")
    assert run("attempt", "dispose", ATTEMPT, "success", "--json").json["disposition"] == "success"


def test_a_correction_carries_who_and_why(house: House, run: Run) -> None:
    said = run("attempt", "correct", ATTEMPT, "success", "--why", "wrong key", "--by", "lena")
    assert said.code == 0
    assert "was refused. Closed." in said.out
    assert house.attempts.disposed == (ATTEMPT, "success", "lena", "wrong key")
    assert run("attempt", "correct", ATTEMPT, "success").code == 2
    again = run("attempt", "correct", ATTEMPT, "success", "--why", "x", "--json").json
    assert again["was"] == "refused"


def test_the_agent_says_who_picked_up(house: House, run: Run) -> None:
    said = run("attempt", "says", ATTEMPT, "machine")
    assert "Its outcome is machine." in said.out
    assert house.attempts.disposed == (ATTEMPT, "machine", "")
    assert run("attempt", "says", ATTEMPT, "nobody").code == 2
    assert run("attempt", "says", ATTEMPT, "fax", "--json").json["heard"] == "fax"


def test_recordings_are_gathered_over_pages(house: House, run: Run) -> None:
    house.roster.add(Agent(5, "alice", "agent-alice"))
    options = ("--agent", "alice", "--campaign", "1", "--recording-state", "ready")
    when = ("--from", "2026-03-01T00:00Z", "--to", "2026-03-02T00:00Z")
    found = run("recording", "list", *options, *when, "--limit", "5", "--json").json
    assert [one["id"] for one in found] == ["at-0", "at-1", "at-2", "at-3", "at-4"]
    first, *_, last = house.recordings.wanted
    assert (first[0].agent_id, first[0].campaign_id, first[0].state) == (5, 1, "ready")
    assert first[0].since == datetime(2026, 3, 1, tzinfo=UTC)
    assert first[0].until == datetime(2026, 3, 2, tzinfo=UTC)
    assert [(limit, after) for _, limit, after in (first, last)] == [(5, ""), (1, "4")]
    shown = run("recording", "list").out
    assert "1:05" in shown
    assert "missing no file" in shown


def test_a_recording_is_fetched_whole(house: House, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "call.mp3"
    assert run("recording", "get", "at-0", "-o", file).code == 0
    assert file.read_bytes() == b"sound"
    assert run("recording", "get", "at-0", "-o", file, "--waveform", "--json").json["bytes"] == 2
    assert file.read_bytes() == b"{}"
    assert run("recording", "get", "at-0", "-o", "-").out == "sound"


def test_a_recording_without_sound_leaves_the_file_alone(
    house: House, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "call.mp3"
    file.write_bytes(b"before")
    said = run("recording", "get", "at-1", "-o", file)
    assert said.code == 1
    assert said.err == "error: The recording at-1 is missing (no file).\n"
    assert file.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.glob("*call*")) == ["call.mp3"]
