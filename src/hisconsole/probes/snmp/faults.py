"""Why a device gave no answer, by kind and in words; nothing a device sent is repeated in them."""

from __future__ import annotations

import errno
import os
from typing import Literal

from hisconsole.errors import HisError
from hisconsole.text import _

Kind = Literal["silent", "refused", "auth", "malformed", "local"]


class SnmpFault(HisError):
    """A device that could not be read; `kind` is for machines, the text is for people."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.kind: Kind = kind
        self.sentence = sentence


class TooMuchError(Exception):
    """The device answered that it cannot answer this much; asked again in smaller parts.

    `sure` is False where the status only hints at the size (genErr and its like).
    """

    def __init__(self, *, sure: bool) -> None:
        """Keep how sure it is."""
        super().__init__()
        self.sure = sure


def silent(version: str) -> SnmpFault:
    """Nothing came back within the time; a v2c agent is silent to a wrong community too."""
    if version == "2c":
        return SnmpFault("silent", _("no answer: down, filtered, or wrong community"))
    return SnmpFault("silent", _("no answer: down, filtered, or no SNMP v3 there"))


def silent_to_user() -> SnmpFault:
    """An agent that cannot decrypt drops the request without a word (seen with net-snmp)."""
    return SnmpFault(
        "auth", _("the device answers, but not to this user: wrong privacy password or privacy method")
    )


def refused(number: int) -> SnmpFault:
    """The network itself said no (ICMP)."""
    if number == errno.ECONNREFUSED:
        return SnmpFault("refused", _("refused: the host is up, but no SNMP agent listens there"))
    return SnmpFault(
        "refused", _("refused on the way there: {reason}").format(reason=os.strerror(number).lower())
    )


def malformed(sentence: str = "") -> SnmpFault:
    """Something answers that cannot be understood or believed."""
    return SnmpFault("malformed", sentence or _("it answers, but not in valid SNMP"))


def beside() -> SnmpFault:
    """Datagrams came from there, but none that answers this question."""
    return malformed(_("it answers, but too late or not what was asked"))


def flooded() -> SnmpFault:
    """More junk than a question puts up with."""
    return malformed(_("it sends floods of datagrams that answer nothing we asked"))


def going_in_circles() -> SnmpFault:
    """RFC 3416: each object of a walk comes after the one before."""
    return malformed(_("its table goes in circles: an object came back that was passed already"))


def local(number: int) -> SnmpFault:
    """The question could not even be sent."""
    if number in (errno.EMFILE, errno.ENFILE):
        return SnmpFault("local", _("not asked: this machine has too many files open (ulimit -n)"))
    if number in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return SnmpFault("local", _("not asked: this machine has no route to it"))
    return SnmpFault("local", _("not asked: {reason}").format(reason=os.strerror(number).lower()))


def not_an_address() -> SnmpFault:
    """Names are never looked up: the watch must not depend on DNS."""
    return SnmpFault("local", _("not asked: its address is not an IP address"))


def reported(usm: int) -> SnmpFault:
    """The agent itself said what it does not accept (RFC 3414, usmStats; 2 and 4 are mended unseen)."""
    words = {
        1: _("the device does not offer this user authentication with privacy"),
        2: _("the device does not accept our idea of its clock"),
        3: _("the device does not know this user"),
        5: _("wrong authentication password or authentication method"),
        6: _("wrong privacy password or privacy method"),
    }
    return SnmpFault("auth", words.get(usm, _("the device does not accept how we identify ourselves")))
