"""What can be set on a played device: a closed list of facets, each with its normal and its broken value."""

from __future__ import annotations

from hisconsole.errors import HisError
from hisconsole.probes.parse.output import number
from hisconsole.text import _, printable
from hisconsole.values import dataclass

Value = str | float
"""A word of a facet that has words, else a number in its unit."""

DEVICE = "device"
"""The facet of every target: `down` is a device without power, which answers nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One thing that can be set; with `words` it holds one of them, else a number from `least` to `most`."""

    name: str
    normal: Value
    broken: Value
    """What `practice break` sets where no value is named."""
    words: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 0.0
    unit: str = ""

    def read(self, text: str) -> Value:
        """The value that a text names; raises HisError with what is allowed."""
        value = text if text in self.words else None if self.words else number(text)
        if isinstance(value, str) or (value is not None and self.least <= value <= self.most):
            return value
        if self.words:
            allowed = _("one of {words}").format(words=", ".join(self.words))
        else:
            allowed = (
                _("a number from {least:g} to {most:g} {unit}")
                .format(least=self.least, most=self.most, unit=self.unit)
                .rstrip()
            )
        sentence = _("'{name}' cannot be '{value}': it is {allowed}.")
        raise HisError(sentence.format(name=self.name, value=printable(text, limit=40), allowed=allowed))

    def shown(self, value: Value) -> str:
        """A value for people."""
        return value if isinstance(value, str) else f"{value:g} {self.unit}".strip()


def choice(name: str, *words: str, broken: str) -> Facet:
    """A facet that holds one of `words`, normally the first."""
    return Facet(name=name, normal=words[0], broken=broken, words=words)


def measure(
    name: str, normal: float, *, broken: float, least: float = 0.0, most: float = 100.0, unit: str = "%"
) -> Facet:
    """A facet that holds a number, a percentage unless another unit is named."""
    return Facet(name=name, normal=normal, broken=broken, least=least, most=most, unit=unit)
