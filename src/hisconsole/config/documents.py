"""The files of a hospital's folder as they lie on the disk: read in one pass, named and signed together."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from hisconsole.errors import Finding
from hisconsole.strict_yaml import LARGE, MAX_BYTES, USUAL, Document, read
from hisconsole.text import _, printable
from hisconsole.values import dataclass

Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Documents:
    """What could be read: `held` are the documents that are whole, `absent` the files that are not there.

    `version` names exactly these bytes.
    """

    held: Mapping[Path, Document]
    absent: frozenset[Path]
    version: str


def read_documents(
    paths: Iterable[Path], findings: list[Finding], *, needed: Collection[Path], large: Collection[Path] = ()
) -> Documents:
    """Read files and add every fault to `findings`; an absent file is one where it is among the `needed`.

    Those in `large` may be longer than others: their length goes by the number of devices.
    """
    digest = hashlib.sha256()
    held: dict[Path, Document] = {}
    absent: set[Path] = set()
    for path in paths:
        bounds = LARGE if path in large else USUAL
        try:
            raw = read_bytes(path, most=bounds.octets)
        except OSError as fault:
            reason = printable(fault.strerror or str(fault))
            sentence = _("this file cannot be read: {reason}.").format(reason=reason)
            findings.append(Finding(named(path), 1, 1, sentence))
            continue
        if raw is None:
            absent.add(path)
            if path in needed:
                sentence = _("this file is missing: copy it from the sample hospital.")
                findings.append(Finding(named(path), 1, 1, sentence))
            continue
        digest.update(b"%s %d\n%s" % (path.name.encode(), len(raw), raw))
        document = read(raw, source=named(path), bounds=bounds)
        findings += document.findings
        if document.whole:
            held[path] = document
    return Documents(held, frozenset(absent), digest.hexdigest()[:12])


def read_bytes(path: Path, *, most: int = MAX_BYTES) -> bytes | None:
    """As much of a file as the reader of YAML takes, and an octet more; None where there is none.

    Raises OSError.
    """
    if path.exists() and not path.is_file():
        raise OSError(_("it is not a file"))
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        return None


def named(path: Path) -> str:
    """A path as findings name it."""
    return printable(str(path))


def signature_of(paths: Iterable[Path]) -> Signature:
    """What changes when a file is saved, cheap enough to ask often."""
    return tuple(_state(path) for path in paths)


def _state(path: Path) -> tuple[str, int, int, int]:
    try:
        state = path.stat()
    except OSError:
        return (str(path), 0, 0, 0)
    return (str(path), state.st_mtime_ns, state.st_size, state.st_ino)
