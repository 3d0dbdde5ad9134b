"""The names of looks; `rows` says how each is drawn."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["normal", "bold", "dim", "underline", "reverse", "alarm"]

ROLES: tuple[Role, ...] = get_args(Role)
