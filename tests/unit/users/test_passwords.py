"""Passwords: which are taken, and that a wrong name costs what a wrong password costs."""

import asyncio
import threading
import unicodedata
from typing import Literal

import pytest
from argon2 import PasswordHasher

from cti.access.errors import TooMany
from cti.base.errors import UserError
from cti.users.passwords import AT_ONCE, MOST_WAITING, Passwords, check_password

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize(
    "password",
    [
        "tobacco lamp stairs",
        "correct horse battery",
        "q7Xw!pL29z",
        "天空没有极限我们一起",
        "aaaaaaaaab zzq",  # no rules of composition
    ],
)
def test_long_and_uncommon_is_enough(password: str) -> None:
    check_password(password, names=("lena", "Lena Lang"))


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("", "fewer than 10"),
        ("kurz", "fewer than 10"),
        ("x" * 257, "more than 256"),
        ("1234567890", "tried first"),
        ("password123", "tried first"),
        ("qwertyuiop", "tried first"),
        ("aaaaaaaaaaaa", "tried first"),
        ("lena.lang", "fewer than 10"),
        ("lenalang2024", "made of your name"),
    ],
)
def test_what_is_tried_first_is_refused(password: str, error: str) -> None:
    with pytest.raises(UserError, match=error):
        check_password(password, names=("lenalang", "Lena Lang"))


async def test_hashes_are_argon2id_with_todays_parameters() -> None:
    passwords = Passwords()
    known = await passwords.hash("tobacco lamp stairs")
    assert known.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.verify(known, "tobacco lamp stairs")
    assert not await passwords.verify(known, "tobacco lamp stair")
    assert not passwords.outdated(known)
    assert passwords.outdated(CHEAP.hash("x"))
    assert not passwords.outdated("")


async def test_nobodys_password_matches_nothing_and_costs_a_hash() -> None:
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - theirs
            checked.append(str(hash))
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    known = await passwords.hash("tobacco lamp stairs")
    for given in (known, "", "rubbish"):
        assert not await passwords.verify(given, "")
    assert checked[0] == known
    assert checked[1].startswith("$argon2id$"), "a hash of nobody was checked"
    assert checked[1].split("$")[3] == known.split("$")[3], "at the same cost"


async def test_the_same_letters_typed_in_another_way_are_the_same() -> None:
    passwords = Passwords(CHEAP)
    composed = "möwen über sylt"
    known = await passwords.hash(composed)
    assert await passwords.verify(known, unicodedata.normalize("NFD", composed))


async def test_hashing_leaves_the_loop_alone_and_has_an_end() -> None:
    threads: set[int] = set()
    running: list[int] = [0]
    most: list[int] = [0]
    counting, go = threading.Lock(), threading.Event()

    class Slow(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            with counting:
                threads.add(threading.get_ident())
                running[0] += 1
                most[0] = max(most[0], running[0])
            assert go.wait(20)
            with counting:
                running[0] -= 1
            return super().hash(password, salt=salt)

    passwords = Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1))
    waiting = [asyncio.create_task(passwords.hash(f"{n}")) for n in range(MOST_WAITING)]
    await asyncio.sleep(0)  # the loop turns although none is done
    with pytest.raises(TooMany, match="Too many people"):
        await passwords.hash("one more")
    go.set()
    assert len(await asyncio.gather(*waiting)) == MOST_WAITING
    assert threading.get_ident() not in threads
    assert most[0] == AT_ONCE
