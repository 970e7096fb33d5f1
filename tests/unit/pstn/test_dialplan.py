"""The generated dialplan, run here by a reader of the few applications that it uses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pstn.dialplan import dialplan
from pstn.personas import Persona, Personas, load

SHIPPED = load()


def contexts(world: Personas) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in dialplan(world).splitlines():
        if heading := re.fullmatch(r"\[(\S+)\]", line):
            acts = found.setdefault(heading[1], [])
        elif line:
            acts.append(re.sub(r"^(exten => \S+?,1,| same => n(\(\w+\))?,)", "", line))
    return found


def calculate(expression: str, variables: dict[str, str]) -> str:
    """Asterisk's $[…] for whole numbers and one final division."""
    filled = re.sub(r"\$\{EXTEN:-7\}", lambda _: variables["EXTEN"][-7:], expression)
    filled = re.sub(r"\$\{(\w+)\}", lambda found: variables[found[1]], filled)
    tokens = re.sub(r"\b0+(?=\d)", "", filled)  # Asterisk reads 007 as seven
    assert re.fullmatch(r"[\d +*%/()<.]+", tokens)
    return str(eval(tokens, {"__builtins__": {}}))  # noqa: S307 - digits and operators only


def choose(acts: list[str], number: str) -> tuple[str, dict[str, str]]:
    variables = {"EXTEN": number}
    for act in acts:
        if setting := re.fullmatch(r"Set\((\w+)=\$\[(.*)\]\)", act):
            variables[setting[1]] = calculate(setting[2], variables)
        elif jump := re.fullmatch(r"GotoIf\(\$\[(.*)\]\?persona-(\S+),s,1\)", act):
            if calculate(jump[1], variables) == "True":
                return jump[2], variables
        else:
            pytest.fail(f"an act that this reader does not know: {act}")
    pytest.fail("nobody was chosen")


@given(st.from_regex(r"\A[0-9]{1,15}\Z"))
def test_dialplan_and_python_choose_the_same(number: str) -> None:
    chosen, variables = choose(contexts(SHIPPED)["personas"], number)
    persona = SHIPPED.persona_of(number)
    assert chosen == persona.key
    least, most = persona.ring
    ring = least + (most - least) * float(variables["RING"])
    assert ring == pytest.approx(SHIPPED.ring_seconds(number))
    least, most = persona.talk
    talk = least + (most - least) * float(variables["TALK"])
    assert talk == pytest.approx(SHIPPED.talk_seconds(number))


def acts_of(pace: float = 1.0, **fields: object) -> list[str]:
    persona = Persona.model_validate({"key": "one", "share": 100, "truth": "answered", **fields})
    return contexts(Personas(pace=pace, personas=(persona,)))["persona-one"]


def test_a_code_without_ringing_is_given_at_once() -> None:
    assert acts_of(signal=404, rings=False) == ["PJSIPHangup(404)"]


def test_an_announcement_is_early_media_and_no_answer() -> None:
    assert acts_of(signal=480, early="vacant", ring=(1, 1)) == [
        "Wait(1)",
        "Progress()",
        "Playback(${SOUNDS}/vacant,noanswer)",
        "PJSIPHangup(480)",
    ]


def test_a_talker_rings_answers_repeats_itself_and_hangs_up() -> None:
    assert acts_of(signal="answer", ring=(2, 6), talk=(4, 8), answer="customer") == [
        "Ringing()",
        "Wait($[2 + 4 * ${RING}])",
        "Answer(0)",
        "Set(TIMEOUT(absolute)=$[4 + 4 * ${TALK}])",
        "Playback(${SOUNDS}/customer)",
        "Goto(say)",
        "Hangup(16)",
    ]


def test_what_is_said_once_is_followed_by_silence() -> None:
    acts = acts_of(signal="answer", talk=(8, 8), answer="fax", once=True)
    assert acts[-3:] == ["Playback(${SOUNDS}/fax)", "Wait(600)", "Hangup(16)"]


def test_who_is_impatient_listens_first_and_may_leave() -> None:
    acts = acts_of(signal="answer", talk=(8, 8), patience=3)
    assert acts[2:4] == ["WaitForNoise(50,1,3)", 'GotoIf($["${WAITSTATUS}" = "TIMEOUT"]?bye)']


def test_who_leaves_the_end_to_the_agent_gives_up_at_last() -> None:
    assert "Set(TIMEOUT(absolute)=600)" in acts_of(signal="answer", hangup="agent")


def test_pace_shortens_every_wait() -> None:
    acts = acts_of(pace=0.5, signal="answer", ring=(2, 2), talk=(4, 8), patience=4)
    assert acts[1:] == [
        "Wait(1)",
        "Answer(0)",
        "WaitForNoise(50,1,2)",
        'GotoIf($["${WAITSTATUS}" = "TIMEOUT"]?bye)',
        "Set(TIMEOUT(absolute)=$[2 + 2 * ${TALK}])",
        "Wait(600)",
        "Hangup(16)",
    ]


def test_who_presses_keys_does_so_a_second_after_the_answer() -> None:
    acts = acts_of(signal="answer", keys="19", hangup="agent", answer="customer")
    assert acts[3:6] == ["Wait(1)", "SendDTMF(19)", "Playback(${SOUNDS}/customer)"]
