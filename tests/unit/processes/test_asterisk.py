"""Finding an Asterisk, filling its configuration, and what may not get into it."""

from pathlib import Path

import pytest

from cti.ami.events import TABLE
from cti.base.errors import UserError
from cti.processes.asterisk import AsteriskInstall, AsteriskProcess, find_asterisk, render
from cti.processes.pbx import (
    CONF,
    DROPPED_EVENTS,
    PbxPlan,
    Phone,
    PrivatePbx,
    check_phone,
    pbx_plan,
)
from cti.processes.ports import Ports
from cti.settings import Settings


def unpacked(root: Path, version: str) -> Path:
    """A root with a script for a loader, which only knows -V."""
    modules = root / "usr/lib/x86_64-linux-gnu/asterisk/modules"
    modules.mkdir(parents=True)
    (modules / "chan_pjsip.so").touch()
    (root / "usr/share/asterisk/sounds").mkdir(parents=True)
    (root / "usr/sbin").mkdir()
    (root / "usr/sbin/asterisk").touch()
    (root / "lib64").mkdir()
    loader = root / "lib64/ld-linux-x86-64.so.2"
    loader.write_text(f"#!/bin/sh\necho 'Asterisk {version}'\n")
    loader.chmod(0o755)
    return root


def test_an_unpacked_root_is_run_through_its_own_loader(tmp_path: Path) -> None:
    root = unpacked(tmp_path, "22.10.1~dfsg+~cs6.17")
    install = find_asterisk(root)
    libraries = root / "usr/lib/x86_64-linux-gnu"
    assert install.argv == (
        str(root / "lib64/ld-linux-x86-64.so.2"),
        "--library-path",
        str(libraries),
        str(root / "usr/sbin/asterisk"),
    )
    assert install.module_dir == libraries / "asterisk/modules"
    assert install.data_dir == root / "usr/share/asterisk"
    assert install.version.startswith("22.10.1")


@pytest.mark.parametrize("version", ["18.26.4", "certified/18.9", "nothing"])
def test_an_old_asterisk_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(UserError, match="no Asterisk 20 or newer"):
        find_asterisk(unpacked(tmp_path, version))


def test_a_place_without_asterisk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no Asterisk"):
        find_asterisk(tmp_path)
    with pytest.raises(UserError, match="no Asterisk"):
        find_asterisk(tmp_path / "none")


def test_templates_are_filled_and_private(tmp_path: Path) -> None:
    conf, target = tmp_path / "conf", tmp_path / "etc"
    conf.mkdir()
    (conf / "a.conf").write_text("[<< name >>]\n<% if more %>\nx = ${Y}[[z]]{{w}}\n<% endif %>\n")
    assert render(conf, target, {"name": "one", "more": True})
    assert (target / "a.conf").read_text() == "[one]\nx = ${Y}[[z]]{{w}}\n"
    assert (target / "a.conf").stat().st_mode & 0o777 == 0o600
    assert not render(conf, target, {"name": "one", "more": True})
    assert render(conf, target, {"name": "two", "more": False})


def test_a_missing_variable_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("<< nobody >>")
    with pytest.raises(UserError, match=r"a\.conf: 'nobody' is undefined"):
        render(tmp_path, tmp_path / "etc", {})


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b"])
def test_no_value_says_more_than_its_line(tmp_path: Path, value: str) -> None:
    (tmp_path / "a.conf").write_text("<< secret >>")
    with pytest.raises(UserError, match=r"secret .* line break"):
        render(tmp_path, tmp_path / "etc", {"secret": value})


@pytest.mark.parametrize("name", ["", "1001", "a b", "a]", "a\n", "a;x", "a" * 41, "ä"])
def test_a_phone_s_name_stays_in_its_section(name: str) -> None:
    with pytest.raises(UserError, match="phone's name"):
        check_phone(Phone(name, "long-enough"))


@pytest.mark.parametrize("word", ["short", "with space", "semi;colon", "line\nbreak12", "x" * 129])
def test_a_phone_s_secret_stays_in_its_line(word: str) -> None:
    with pytest.raises(UserError, match="secret of phone agent1"):
        check_phone(Phone("agent1", word))


def test_good_phones_pass() -> None:
    check_phone(Phone("agent-1_b", "aZ09._~-"))


def pbx(folder: Path, plan: PbxPlan) -> PrivatePbx:
    ports = Ports(folder)
    ports.close()
    return PrivatePbx(folder, ports, AsteriskInstall((), folder, folder, "22"), plan)


async def test_the_pbx_gets_its_phones_trunk_and_secret(tmp_path: Path) -> None:
    product = pbx(tmp_path, PbxPlan(trunk_uri="sip:192.0.2.7:5060"))
    product.write([Phone("agent1", "secret-one"), Phone("web", "secret-two", browser=True)])
    etc = product.folder / "etc"
    agents = (etc / "pjsip_agents.conf").read_text()
    assert "[agent1](agent-endpoint)" in agents
    assert "[web](agent-browser)" in agents
    assert "password = secret-two" in agents
    trunk = (etc / "pjsip.conf").read_text()
    assert "contact = sip:192.0.2.7:5060" in trunk
    assert "match = 192.0.2.7" in trunk
    assert f"secret = {product.ami_secret}" in (etc / "manager.conf").read_text()
    assert product.ami_url.startswith(f"ami://cti:{product.ami_secret}@127.0.0.1:")


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (PbxPlan(external_address="192.0.2.1"), "127.0.0.1 => 192.0.2.1,include_local_address"),
        (PbxPlan(external_address="192.0.2.1", sip_host="0.0.0.0"), ""),
        (PbxPlan(), ""),
    ],
)
async def test_browsers_are_told_the_address_from_outside(
    tmp_path: Path, plan: PbxPlan, told: str
) -> None:
    product = pbx(tmp_path, plan)
    product.write([])
    said = (product.folder / "etc/rtp.conf").read_text().partition("[ice_host_candidates]")[2]
    assert said.strip() == told


def test_a_pbx_for_a_service_elsewhere_opens_the_socket_it_is_told(tmp_path: Path) -> None:
    def at(socket: str | None) -> int:
        settings = Settings(_env_file=None, state=tmp_path, phone_socket=socket)
        return pbx_plan(settings).http_port

    assert at("ws://10.213.57.10:8088/ws") == 8088
    assert at(None) == 0
    with pytest.raises(UserError, match="has no port"):
        at("ws://10.213.57.10:http/ws")
    assert pbx(tmp_path, PbxPlan(http_port=8088)).http == ("127.0.0.1", 8088)


async def test_a_pbx_without_a_carrier_has_no_trunk(tmp_path: Path) -> None:
    product = pbx(tmp_path, PbxPlan())
    product.write([])
    assert "[carrier]" not in (product.folder / "etc/pjsip.conf").read_text()


@pytest.mark.parametrize(
    "uri", ["carrier.example", "sip:carrier.example:5060", "sip:192.0.2.7", "sip:1.2.3.4:5\n"]
)
def test_a_carrier_is_an_address_not_a_name(tmp_path: Path, uri: str) -> None:
    with pytest.raises(UserError, match="no address of a carrier"):
        pbx(tmp_path, PbxPlan(trunk_uri=uri)).write([])


async def test_a_path_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    process = AsteriskProcess("x", AsteriskInstall((), deep, deep, "22"), deep, ("127.0.0.1", 1))
    with pytest.raises(UserError, match="too long"):
        await process.ensure()


def test_no_event_that_the_engine_reads_is_dropped() -> None:
    assert set(DROPPED_EVENTS).isdisjoint(TABLE)


def test_every_file_of_the_pbx_is_a_template_of_known_variables(tmp_path: Path) -> None:
    product = pbx(tmp_path, PbxPlan(trunk_uri="sip:192.0.2.7:5060", external_address="192.0.2.1"))
    product.write([])
    written = {path.name for path in (product.folder / "etc").glob("*.conf")}
    assert written >= {path.name for path in CONF.glob("*.conf")}
