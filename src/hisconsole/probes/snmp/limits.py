"""How many devices this machine can hold open at once."""

from __future__ import annotations

import resource

from hisconsole.text import _

FILES_A_DEVICE = 3
"""One socket to the device, two ends of the channel to its codec."""

OTHER_FILES = 256
"""Left for the store, the SSH connections and the interpreter."""


def devices_allowed() -> int:
    """Devices that fit under the limit of open files as it stands."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return 1 << 20
    return max(1, (soft - OTHER_FILES) // FILES_A_DEVICE)


def make_room(devices: int) -> str:
    """Raise the limit of open files for so many devices; a sentence when it was raised or stays short."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = devices * FILES_A_DEVICE + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= need:
        return ""
    target = need if hard == resource.RLIM_INFINITY else min(need, hard)
    if target > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
    if target >= need:
        return _("the limit of open files was raised from {soft} to {target} for {devices} devices").format(
            soft=soft, target=target, devices=devices
        )
    return _(
        "only {target} files may be open here, enough for {some} of {devices} SNMP devices at once: "
        "sockets will be reopened for the others; raise the limit (ulimit -n, LimitNOFILE=) to {need}"
    ).format(target=target, some=devices_allowed(), devices=devices, need=need)
