"""What may become of a trunk in pjsip.conf, and what must not."""

from dataclasses import replace
from pathlib import Path

import pytest

from cti.base.errors import UserError
from cti.processes.asterisk import render_one
from cti.processes.pbx import CONF
from cti.processes.trunks import (
    Trunk,
    addresses_of,
    check_trunk,
    read_trunks,
    write_trunks,
)

GOOD = Trunk(
    "north", "sip.north.example", 5060, addresses=("192.0.2.7",), registers=True,
    username="us", secret="s3cret!#$%[x]",
)  # fmt: skip


def rendered(trunk: Trunk, folder: Path) -> str:
    render_one(
        CONF,
        "pjsip_trunks.conf",
        folder,
        {
            "trunks": (trunk,),
            "transports": {trunk.transport},
            "sip_host": "127.0.0.1",
            "sip_port": 5060,
            "tls_port": 5061,
            "ca_list": "",
            "media_address": "",
        },
    )
    return (folder / "pjsip_trunks.conf").read_text()


@pytest.mark.parametrize(
    "values",
    [
        {"name": "nor]th"},
        {"name": "north\n[evil]"},
        {"name": "north(!)"},
        {"name": "North"},
        {"name": "agent-anna"},
        {"name": "agent1"},
        {"name": "transport-udp"},
        {"name": "global"},
        {"name": "n" * 33},
        {"host": "a b"},
        {"host": "a;b"},
        {"host": "a\ncontext=evil"},
        {"host": "sip:a"},
        {"host": "192.0.2.256"},
        {"host": "192.0.2"},
        {"host": ""},
        {"host": "::1"},
        {"port": 0},
        {"port": 70_000},
        {"transport": "ws"},
        {"username": "us\r\n"},
        {"username": "us;x"},
        {"username": "us>"},
        {"username": ""},
        {"secret": ""},
        {"secret": "a\nb"},
        {"secret": "a;b"},
        {"secret": "a\\b"},
        {"secret": "a b"},
        {"secret": "wörd-längst"},
        {"codecs": ()},
        {"codecs": ("alaw", "alaw")},
        {"codecs": ("alaw\nx=y",)},
        {"addresses": ("192.0.2.7\n",)},
    ],
)
def test_nothing_can_say_more_than_its_field(values: dict[str, object]) -> None:
    check_trunk(GOOD)
    field = "host" if "addresses" in values else next(iter(values))
    with pytest.raises(UserError, match=r"^(username|" + field + "): "):
        check_trunk(replace(GOOD, **values))  # type: ignore[arg-type]


def test_the_secret_is_not_in_what_is_said_of_it() -> None:
    with pytest.raises(UserError) as caught:
        check_trunk(replace(GOOD, secret="very;secret"))
    assert "very" not in str(caught.value)


def test_calls_go_to_a_number_and_registrations_say_the_name(tmp_path: Path) -> None:
    text = rendered(GOOD, tmp_path)
    assert "contact = sip:192.0.2.7:5060\n" in text
    assert "client_uri = sip:us@sip.north.example\n" in text
    assert "match = 192.0.2.7\n" in text
    assert f"password = {GOOD.secret}\n" in text
    assert (tmp_path / "pjsip_trunks.conf").stat().st_mode & 0o077 == 0


def test_tls_says_the_name_that_its_certificate_is_held_against(tmp_path: Path) -> None:
    text = rendered(replace(GOOD, transport="tls", port=5061), tmp_path)
    assert "contact = sip:sip.north.example:5061\\;transport=tls\n" in text
    assert "verify_server = yes" in text
    assert "protocol = tcp" not in text


def test_nothing_is_opened_for_udp(tmp_path: Path) -> None:
    plain = replace(GOOD, registers=False, username="", secret="", watched=False)
    text = rendered(plain, tmp_path)
    assert "type = transport" not in text
    assert "type = registration" not in text
    assert "type = auth" not in text
    assert "qualify_frequency = 0\n" in text


def test_the_file_for_a_pbx_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "trunks.json"
    assert read_trunks(file) == []
    write_trunks(file, [GOOD])
    assert read_trunks(file) == [GOOD]
    assert file.stat().st_mode & 0o077 == 0
    file.write_text('[{"name": "x"}]')
    with pytest.raises(UserError, match="not a file of trunks"):
        read_trunks(file)
    file.write_text('[{"name": "Evil]", "host": "192.0.2.1"}]')
    with pytest.raises(UserError, match="cannot be a trunk's name"):
        read_trunks(file)


async def test_a_number_is_its_own_address_and_nonsense_has_none() -> None:
    assert await addresses_of("192.0.2.7") == ("192.0.2.7",)
    assert await addresses_of("localhost") == ("127.0.0.1",)
    with pytest.raises(UserError, match="has no address"):
        await addresses_of("nobody.invalid")
