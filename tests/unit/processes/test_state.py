"""The state folder's lock, secrets and ports."""

import itertools
import json
import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cti.base.errors import Conflict, UserError
from cti.base.files import secret, write_private
from cti.processes import ports as regions
from cti.processes.lock import StateLock
from cti.processes.ports import NAMED, SIZE, Ports


def test_a_second_holder_is_told_who_has_the_folder(tmp_path: Path) -> None:
    with StateLock(tmp_path), pytest.raises(Conflict, match=f"process {os.getpid()}") as caught:
        StateLock(tmp_path).acquire()
    assert "--state" in caught.value.cure


def test_a_folder_given_back_can_be_taken_again(tmp_path: Path) -> None:
    with StateLock(tmp_path / "new"):
        pass
    with StateLock(tmp_path / "new"):
        pass


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    script = (
        "import os, sys, pathlib; from cti.processes.lock import StateLock;"
        "StateLock(pathlib.Path(sys.argv[1])).acquire(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    with StateLock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_private_files_are_replaced_whole_and_only_when_they_differ(tmp_path: Path) -> None:
    path = tmp_path / "deep/er/file"
    assert write_private(path, "one")
    assert not write_private(path, "one")
    path.chmod(0o644)
    assert write_private(path, "one")  # the same words, but others could read them
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_private(path, "two")
    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    first = secret(tmp_path / "secret")
    assert len(first) == 32
    assert secret(tmp_path / "secret") == first
    assert secret(tmp_path / "other") != first
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_ports_are_remembered_over_a_restart(tmp_path: Path) -> None:
    ports = Ports(tmp_path)
    chosen = {name: ports.get(name) for name in ("sip", "ami", "redis")}
    block = ports.rtp()
    ports.close()
    again = Ports(tmp_path)
    assert {name: again.get(name) for name in ("ami", "redis", "sip")} == chosen
    assert again.rtp() == block
    again.close()


def test_two_instances_never_share_a_port(tmp_path: Path) -> None:
    instances = [Ports(tmp_path / str(n)) for n in range(3)]
    named = [ports.get(name) for ports in instances for name in ("sip", "ami")]
    assert len(set(named)) == len(named)
    blocks = sorted((ports.rtp() for ports in instances), key=lambda block: block.first)
    assert all(one.last < two.first for one, two in itertools.pairwise(blocks))
    for ports in instances:
        ports.close()


def test_rtp_starts_even_and_keeps_clear_of_the_named_ports(tmp_path: Path) -> None:
    with closing(Ports(tmp_path)) as ports:
        block = ports.rtp()
        assert block.first % 2 == 0
        assert block.last % 2 == 1
        assert block.last - block.first + 1 == SIZE - NAMED
        assert ports.get("sip") < block.first


def test_a_port_in_use_is_passed_over(tmp_path: Path) -> None:
    with closing(Ports(tmp_path)) as ports:
        first = ports.get("first")
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
            other.bind(("127.0.0.1", first + 1))
            assert ports.get("second") == first + 2


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_a_region_where_orphans_still_listen_is_passed_over(tmp_path: Path, host: str) -> None:
    ports = Ports(tmp_path)
    orphan = socket.create_server(("127.0.0.1", ports.get("sip")))
    ports.close()
    (tmp_path / "ports.json").unlink()  # the same folder's first choice, without its memory
    with closing(orphan), closing(Ports(tmp_path, host)) as other:
        assert other.rtp() != ports.rtp()


def test_a_region_taken_by_another_is_left_for_a_new_one(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "one")
    (tmp_path / "two").mkdir()
    (tmp_path / "two/ports.json").write_text((tmp_path / "one/ports.json").read_text())
    with closing(ports), closing(Ports(tmp_path / "two")) as other:
        assert other.rtp() != ports.rtp()


def test_a_restart_keeps_its_region_while_others_look_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An instance was killed, its children live; it starts again just as another one looks."""
    monkeypatch.setattr("zlib.crc32", lambda _: 0)  # both have the same first choice
    killed = Ports(tmp_path / "killed")
    region = killed.rtp()
    child = socket.create_server(("127.0.0.1", killed.get("redis")))
    killed.close()
    started: list[Ports] = []
    look = regions._free

    def start_again(host: str, port: int) -> bool:
        if not started and region.first - NAMED <= port < region.first:
            started.append(Ports(tmp_path / "killed"))
        return look(host, port)

    monkeypatch.setattr(regions, "_free", start_again)
    with closing(child), closing(Ports(tmp_path / "other")) as other:
        assert started
        assert started[0].rtp() == region
        assert other.rtp() != region
    started[0].close()


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"base": "x", "ports": {}})])
def test_a_damaged_memory_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "ports.json").write_text(text)
    with pytest.raises(UserError, match=r"ports\.json is damaged"):
        Ports(tmp_path)
