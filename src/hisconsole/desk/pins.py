"""PINs on disk: kept as scrypt hashes in private files, tried under a lock, never written anywhere else.

The hash lies beside the record and in no event: the record is copied, printed and read by many.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Any, Final

from hisconsole.desk import private
from hisconsole.errors import StoreFault
from hisconsole.plan.pins import Tries
from hisconsole.plan.times import from_text, to_text
from hisconsole.text import _
from hisconsole.values import dataclass

N, R, P = 2**15, 8, 1
"""Cost of a try: 32 MiB, and about 0.1 s on one core of a small machine."""
_MOST_MEMORY: Final = 256 * 1024 * 1024
_LENGTH: Final = 32
UNCOUNTED_S = 1.0
"""What a try takes longer where it cannot be counted."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a PIN: right or not, how many were wrong in a row, and the seconds until the next try.

    `taken` is false where there was a pause and the PIN was not looked at.
    """

    right: bool
    wrong: int
    wait_s: int
    taken: bool = True


def has_pin(data: Path, operator: str) -> bool:
    """Whether an operator has a PIN; a file that cannot be read counts as one."""
    return bool(operator) and private.file_of(data, operator).exists()


def mark_of(data: Path, operator: str) -> str:
    """What tells a PIN from every other one of the same operator; empty where none can be read."""
    with suppress(StoreFault):
        return str(private.read(private.file_of(data, operator)).get("salt", ""))
    return ""


def set_pin(data: Path, operator: str, pin: bytes) -> None:
    """Keep a PIN; wrong tries are forgotten with the one before. Raises StoreFault."""
    with private.held(private.file_of(data, operator)) as found:
        salt = os.urandom(16)
        found.clear()
        found.update(n=N, r=R, p=P, salt=salt.hex(), hash=_hashed(pin, salt, N, R, P).hex())


def clear_pin(data: Path, operator: str) -> bool:
    """Forget a PIN; False where there was none. Raises StoreFault."""
    path = private.file_of(data, operator)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreFault(_("{path} cannot be used: {why}.").format(path=path, why=error.strerror)) from error
    return True


def try_pin(data: Path, operator: str, pin: bytes, *, now: datetime) -> Tried:
    """Try a PIN. It counts as wrong before it is looked at, so that ending the program saves no try.

    The pause holds for an operator, whichever process tries. Raises StoreFault.
    """
    path = private.file_of(data, operator)
    if not path.exists():
        return Tried(right=False, wrong=0, wait_s=0, taken=False)
    try:
        with private.held(path) as kept:
            tries = _tries(kept).clock_put_right(now)
            if wait := tries.wait(now):
                _keep(kept, tries)
                return Tried(right=False, wrong=tries.wrong, wait_s=wait, taken=False)
            after = tries.after_wrong(now)
            _keep(kept, after)
    except StoreFault:  # a full disk: nobody is kept out by it, and guessing stays slow
        sleep(UNCOUNTED_S)
        tries = after = Tries()
    if not _matches(path, pin):
        return Tried(right=False, wrong=after.wrong, wait_s=after.wait(now))
    with suppress(StoreFault), private.held(path) as kept:
        _keep(kept, Tries())
    return Tried(right=True, wrong=tries.wrong, wait_s=0)


def _matches(path: Path, pin: bytes) -> bool:
    kept = private.read(path)
    try:
        salt, wanted = bytes.fromhex(kept["salt"]), bytes.fromhex(kept["hash"])
        costs = int(kept["n"]), int(kept["r"]), int(kept["p"])
        found = _hashed(pin, salt, *costs)
    except (KeyError, ValueError, TypeError):
        raise StoreFault(
            _("{path} is damaged: have a director set the PIN anew.").format(path=path)
        ) from None
    return hmac.compare_digest(found, wanted)


def _hashed(pin: bytes, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(pin, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=_LENGTH)


def _tries(kept: dict[str, Any]) -> Tries:
    """What is kept of tries; what cannot be understood is many of them rather than none."""
    until: datetime | None = None
    with suppress(ValueError, TypeError):
        until = from_text(str(kept["until"])) if kept.get("until") else None
    wrong = kept.get("wrong", 0)
    return Tries(wrong if isinstance(wrong, int) and wrong >= 0 else 99, until)


def _keep(kept: dict[str, Any], tries: Tries) -> None:
    kept["wrong"] = tries.wrong
    kept["until"] = to_text(tries.until) if tries.until is not None else ""
