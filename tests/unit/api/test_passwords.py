import asyncio
import threading
import time

import bcrypt
from docflow.features.users.passwords import Passwords, hash_password

GOOD = hash_password("correct horse")


def test_a_hash_is_argon2id_with_64_mib() -> None:
    assert GOOD.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_the_right_password_verifies_and_needs_no_new_hash() -> None:
    assert await Passwords().verify("correct horse", GOOD) == (True, None)


async def test_a_wrong_password_does_not_verify() -> None:
    assert await Passwords().verify("correct horsf", GOOD) == (False, None)


async def test_an_old_bcrypt_hash_verifies_and_is_replaced() -> None:
    old = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
    matches, new = await Passwords().verify("correct horse", old)
    assert matches
    assert new is not None
    assert await Passwords().verify("correct horse", new) == (True, None)


async def test_a_password_that_bcrypt_cannot_take_does_not_verify() -> None:
    old = bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()
    assert await Passwords().verify("x" * 73, old) == (False, None)


async def test_an_unknown_account_is_refused_by_a_real_comparison() -> None:
    assert await Passwords().verify("correct horse", None) == (False, None)


async def test_an_unknown_form_of_hash_is_refused() -> None:
    assert await Passwords().verify("correct horse", "plain:correct horse") == (False, None)


async def test_a_very_long_password_is_refused_unhashed() -> None:
    assert await Passwords().verify("x" * 2000, GOOD) == (False, None)


async def test_the_event_loop_goes_on_while_passwords_are_compared() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    await Passwords(1).verify("correct horse", GOOD)
    ticking.cancel()
    assert ticks > 10


async def test_an_unknown_account_costs_exactly_one_comparison_of_the_same_kind() -> None:
    """Counted, since a clock would tell of the machine: one comparison for each answer, all by the same function."""
    seen: list[str] = []

    def compare(password: str, stored: str) -> tuple[bool, str | None]:
        seen.append(stored.rpartition("$")[0].rpartition("$")[0])
        return True, None

    passwords = Passwords(compare=compare)
    assert await passwords.verify("whatever", GOOD) == (True, None)
    assert await passwords.verify("whatever", None) == (False, None)
    assert seen == ["$argon2id$v=19$m=65536,t=3,p=4"] * 2


async def test_no_more_are_compared_at_once_than_may_be() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def compare(password: str, stored: str) -> tuple[bool, str | None]:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.005)
        with lock:
            now -= 1
        return False, None

    passwords = Passwords(2, compare=compare)
    await asyncio.gather(*(passwords.verify("x", GOOD) for _ in range(8)))
    assert most <= 2


async def test_two_ways_to_type_a_character_are_one_password() -> None:
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"
    assert await Passwords().verify(decomposed, hash_password(composed)) == (True, None)
