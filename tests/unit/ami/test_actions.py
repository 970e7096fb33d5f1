"""Actions: what goes on the wire, and what can never go there."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ami.actions import (
    Action,
    Bridge,
    CallerId,
    CoreShowChannels,
    CoreStatus,
    Destination,
    GetVariable,
    HangUp,
    ListContacts,
    Listen,
    Login,
    ModuleCheck,
    Originate,
    Ping,
    Record,
    Redirect,
    SetVariable,
    StopRecording,
    escaped,
)
from cti.base.errors import UserError


def originate(**changes: object) -> Originate:
    told: dict[str, object] = {
        "channel_id": "at-1",
        "endpoint_target": "PJSIP/+861012345678@carrier",
        "context": "floor",
        "exten": "answered",
    }
    return Originate(**(told | changes))  # type: ignore[arg-type]  # any field may be replaced


def test_an_originate_in_full() -> None:
    action = originate(
        timeout_ms=25_000,
        caller_id=CallerId("4001", "Some, One"),
        variables={"__CAMPAIGN": "spring", "GREETING": 'a,b"c'},
        account="spring",
    )
    assert action.fields() == [
        ("Action", "Originate"),
        ("Channel", "PJSIP/+861012345678@carrier"),
        ("ChannelId", "at-1"),
        ("Context", "floor"),
        ("Exten", "answered"),
        ("Priority", "1"),
        ("Timeout", "25000"),
        ("Async", "true"),
        ("CallerID", '"Some, One" <4001>'),
        ("Account", "spring"),
        ("Variable", "__CAMPAIGN=spring"),
        ("Variable", r"GREETING=a\,b\"c"),
    ]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (Bridge("a", "b"), {"Channel1": "a", "Channel2": "b", "Tone": "no"}),
        (Bridge("a", "b", tone=True), {"Channel1": "a", "Channel2": "b", "Tone": "Channel2"}),
        (HangUp("a"), {"Channel": "a"}),
        (HangUp("a", 17), {"Channel": "a", "Cause": "17"}),
        (
            Redirect("a", "floor", "pool"),
            {"Channel": "a", "Context": "floor", "Exten": "pool", "Priority": "1"},
        ),
        (
            Redirect("a", "floor", "x", 2, "b", Destination("desk", "pool")),
            {
                "Channel": "a",
                "Context": "floor",
                "Exten": "x",
                "Priority": "2",
                "ExtraChannel": "b",
                "ExtraContext": "desk",
                "ExtraExten": "pool",
                "ExtraPriority": "1",
            },
        ),
        (SetVariable("a", "X", "1, 2"), {"Channel": "a", "Variable": "X", "Value": "1, 2"}),
        (
            Record("a", "/rec/at-1.raw", "Dr(at-1 in.raw)"),
            {"Channel": "a", "File": "/rec/at-1.raw", "Options": "Dr(at-1 in.raw)"},
        ),
        (StopRecording("a"), {"Channel": "a"}),
        (ModuleCheck("app_mixmonitor"), {"Module": "app_mixmonitor"}),
        (Login("engine", "s"), {"Username": "engine", "Secret": "s", "Events": "on"}),
        (Ping(), {}),
        (CoreStatus(), {}),
        (CoreShowChannels(), {}),
        (ListContacts(), {}),
    ],
)
def test_fields(action: Action, fields: dict[str, str]) -> None:
    assert dict(action.fields()) == {"Action": action.name, **fields}


def test_the_second_of_two_goes_to_the_same_place_unless_told() -> None:
    fields = dict(Redirect("a", "floor", "pool", extra_channel="b").fields())
    assert (fields["ExtraContext"], fields["ExtraExten"]) == ("floor", "pool")


WITH_TEXT: list[tuple[str, Callable[[str], Action]]] = [
    ("Channel", lambda text: originate(endpoint_target=text)),
    ("ChannelId", lambda text: originate(channel_id=text)),
    ("Context", lambda text: originate(context=text)),
    ("Exten", lambda text: originate(exten=text)),
    ("CallerID", lambda text: originate(caller_id=CallerId(text))),
    ("CallerID", lambda text: originate(caller_id=CallerId("1", text))),
    ("Account", lambda text: originate(account=text)),
    ("Variable", lambda text: originate(variables={text: "x"})),
    ("Variable", lambda text: originate(variables={"X": text})),
    ("Channel1", lambda text: Bridge(text, "b")),
    ("Channel2", lambda text: Bridge("a", text)),
    ("Channel", HangUp),
    ("Channel", lambda text: Redirect(text, "c", "e")),
    ("Context", lambda text: Redirect("a", text, "e")),
    ("Exten", lambda text: Redirect("a", "c", text)),
    ("ExtraChannel", lambda text: Redirect("a", "c", "e", 1, text)),
    ("ExtraExten", lambda text: Redirect("a", "c", "e", 1, "b", Destination("c", text))),
    ("Channel", lambda text: SetVariable(text, "X", "1")),
    ("Variable", lambda text: SetVariable("a", text, "1")),
    ("Value", lambda text: SetVariable("a", "X", text)),
    ("Channel", lambda text: Record(text, "f")),
    ("File", lambda text: Record("a", text)),
    ("Options", lambda text: Record("a", "f", f"r({text})")),
    ("Channel", StopRecording),
    ("Module", ModuleCheck),
    ("Username", lambda text: Login(text, "s")),
    ("Secret", lambda text: Login("u", text)),
]


@given(
    case=st.sampled_from(WITH_TEXT),
    before=st.text(max_size=20),
    bad=st.sampled_from("\r\n\0"),
    after=st.text(max_size=20),
)
def test_line_ends_and_nul_are_refused_with_the_fields_name(
    case: tuple[str, Callable[[str], Action]], before: str, bad: str, after: str
) -> None:
    name, make = case
    with pytest.raises(UserError, match=rf"^{name}\b"):
        make(before + bad + after).fields()


@given(case=st.sampled_from(WITH_TEXT), text=st.text(max_size=40))
def test_whatever_is_not_refused_stays_on_its_line(
    case: tuple[str, Callable[[str], Action]], text: str
) -> None:
    try:
        fields = case[1](text).fields()
    except UserError:
        return
    for key, value in fields:
        assert not set("\r\n\0") & set(key + value)
        assert value.encode().decode() == value


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (HangUp("/^PJSIP/"), "Channel"),
        (HangUp(""), "Channel"),
        (SetVariable("", "X", "1"), "Channel"),
        (SetVariable("a", "SHELL(rm)", "1"), "Variable"),
        (originate(variables={"SHELL(rm)": "1"}), "Variable"),
        (originate(endpoint_target="PJSIP/1@carrier&PJSIP/2@carrier"), "Channel"),
        (originate(endpoint_target="PJSIP/carrier/sip:1@elsewhere"), "Channel"),
        (originate(endpoint_target="PJSIP/１@carrier"), "Channel"),
        (originate(exten="${X}"), "Exten"),
        (originate(caller_id=CallerId("1", 'a" <2>')), "CallerID"),
        (Record("a", "x.wav,,rm -rf"), "File"),
        (Record("a", "../x.wav"), "File"),
        (Record("a", "x.wav", "a,rm"), "Options"),
        (Record("a", "x.wav", "r(x),rm"), "Options"),
        (ModuleCheck("../x"), "Module"),
    ],
)
def test_texts_that_mean_more_to_asterisk_are_refused(action: Action, message: str) -> None:
    with pytest.raises(UserError, match=f"^{message} for the PBX"):
        action.fields()


def test_what_asterisk_would_cut_or_drop_is_refused() -> None:
    fits = "x" * (1022 - len("Value: "))
    assert SetVariable("a", "X", fits).fields()
    with pytest.raises(UserError, match=r"Value .* 1023 bytes"):
        SetVariable("a", "X", fits + "x").fields()
    with pytest.raises(UserError, match="Originate has 208 fields"):
        originate(variables={f"V{n}": "" for n in range(200)}).fields()
    with pytest.raises(UserError, match=r"Value .* not valid text"):
        SetVariable("a", "X", "\ud800").fields()


def test_a_secret_is_not_shown() -> None:
    assert "s3cret" not in repr(Login("engine", "s3cret"))
    with pytest.raises(UserError) as caught:
        Login("engine", "s3cret\n").fields()
    assert "s3cret" not in str(caught.value)


def split_by_asterisk(text: str) -> list[str]:
    """How Asterisk's AST_STANDARD_APP_ARGS cuts a text: commas, quotes, brackets, backslashes."""
    parts, current, quoted, depth, literal = [], "", False, {"(": 0, "[": 0}, False
    for character in text:
        if literal:
            current, literal = current + character, False
        elif character == "\\":
            literal = True
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted and not any(depth.values()):
            parts.append(current)
            current = ""
        else:
            opened = {"(": "(", ")": "(", "[": "[", "]": "["}.get(character)
            if opened:
                depth[opened] = max(0, depth[opened] + (1 if character in "([" else -1))
            current += character
    return [*parts, current]


@given(st.text(alphabet='ab,"\\()[]= {}$', max_size=30))
def test_an_escaped_variable_is_one_part_with_its_value(value: str) -> None:
    assert split_by_asterisk(f"X={escaped(value)}") == [f"X={value}"]


def test_a_channel_is_listened_to_by_a_file_of_what_it_receives() -> None:
    assert Listen("at-1", "/ears/at-1.early.sln48", "CTI_EAR_early").fields() == [
        ("Action", "MixMonitor"),
        ("Channel", "at-1"),
        ("Options", "r(/ears/at-1.early.sln48)i(CTI_EAR_early)"),
    ]
    assert GetVariable("at-1", "CTI_EAR_early").fields()[1:] == [
        ("Channel", "at-1"),
        ("Variable", "CTI_EAR_early"),
    ]
    assert StopRecording("at-1", "0x7fcd5c03f230").fields()[2:] == [
        ("MixMonitorID", "0x7fcd5c03f230")
    ]


@pytest.mark.parametrize(
    "action",
    [
        Listen("at-1", "/ears/a)t(/etc/passwd", "EAR"),
        Listen("at-1", "/ears/../a", "EAR"),
        Listen("at-1", "/ears/a,b", "EAR"),
        Listen("at-1", "", "EAR"),
        Listen("at-1", "/ears/a", "EAR)S("),
        GetVariable("at-1", "SHELL(id)"),
        StopRecording("at-1", "0x1,x"),
    ],
)
def test_listening_says_nothing_but_a_file_and_a_name(action: Action) -> None:
    with pytest.raises(UserError):
        action.fields()
