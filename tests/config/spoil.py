"""One edit gone wrong, made on purpose."""

from __future__ import annotations

from pathlib import Path


def spoil(folder: Path, name: str, old: str, new: str) -> str:
    """Replace the first `old` in the file and return its new text."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text, "the case no longer fits the sample"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path.read_text("utf-8")
