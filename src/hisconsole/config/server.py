"""Where the record lies when several hosts share it: the line `database` of site.yaml.

It is read with the rest of the site for `hisconsole check`, and alone by whatever opens the record,
because a fault in the roster must not keep anybody from it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from hisconsole.config.documents import read_documents
from hisconsole.config.drills import MARKER
from hisconsole.config.targets_credentials import secret_text
from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import ConfigFault, Finding
from hisconsole.fields import shown
from hisconsole.paths import POSTGRES_PORT, Server, secret_file
from hisconsole.plan.targets import Secret
from hisconsole.text import _

SITE = "site.yaml"
CREDENTIAL = "database"
"""The name under which a systemd unit hands the password over (LoadCredential=database:...)."""

_SCHEME = "postgresql+psycopg://"
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}"
_URL = re.compile(
    rf"(?P<user>{_NAME})(?P<secret>:[^@]*)?@(?P<hosts>[^/?]*)/(?P<name>{_NAME})(\?(?P<query>.*))?"
)
_HOST = re.compile(r"(\[(?P<long>[0-9A-Fa-f:.]+)\]|(?P<short>[^:\[\]]+))(:(?P<port>[0-9]{1,5}))?")
_SETTINGS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "port")


def server_of(fields: PartFields) -> Server | None:
    """The lines `database` and `database_password_file` of site.yaml; None for a local file."""
    url = fields.text("database", longest=300)
    file = fields.text("database_password_file", longest=200)
    if not url:
        if file:
            fields.refuse("database_password_file", _("this needs a line 'database' beside it."))
        return None
    match = _URL.fullmatch(url.removeprefix(_SCHEME)) if url.startswith(_SCHEME) else None
    if match is None:
        sentence = _("'database' must look like postgresql+psycopg://hisconsole@10.1.2.3:5432/hisconsole.")
        fields.refuse("database", sentence)
        return None
    if match["secret"] is not None:
        sentence = _("no password stands in this file: put it into a file and name 'database_password_file'.")
        fields.refuse("database", sentence)
        return None
    query = dict(parse_qsl(match["query"] or ""))
    try:
        hosts = _hosts(match["hosts"], unquote(query.pop("host", "")), query.pop("port", ""))
    except ValueError as fault:
        fields.refuse("database", str(fault))
        return None
    for name in query:
        if name not in _SETTINGS:
            sentence = _("'{name}' is no setting of 'database': it knows {names}.")
            fields.refuse("database", sentence.format(name=shown(name), names=", ".join(_SETTINGS)))
    return Server(match["user"], hosts, match["name"], file, tuple(sorted(query.items())))


def _hosts(written: str, folder: str, port: str) -> tuple[tuple[str, int], ...]:
    """The servers, in the order to try them. Raises ValueError with a sentence."""
    if not written:
        if not folder.startswith("/"):
            raise ValueError(_("'database' names no server: write its IP address, or ?host=/run/postgresql."))
        return ((folder, _port(port or str(POSTGRES_PORT))),)
    return tuple(_one(each) for each in written.split(","))


def _one(written: str) -> tuple[str, int]:
    """One server. Raises ValueError with a sentence."""
    match = _HOST.fullmatch(written)
    named = (match["long"] or match["short"]) if match else written
    try:
        address = str(ipaddress.ip_address(named))
    except ValueError:
        sentence = _("'database' needs IP addresses, for names may be what failed, and not '{value}'.")
        raise ValueError(sentence.format(value=shown(named))) from None
    return address, _port(match["port"]) if match and match["port"] else POSTGRES_PORT


def _port(written: str) -> int:
    """A port. Raises ValueError with a sentence."""
    if not (written.isascii() and written.isdigit() and 0 < int(written) < 65536):
        raise ValueError(_("{port} is no port of 'database'.").format(port=shown(written)))
    return int(written)


def load_server(config: Path, data: Path) -> Server | None:
    """Where the record of this site lies; None for the file in `data`, and always for a drill's.

    Raises ConfigFault with what is wrong with that, and with nothing else.
    """
    if (data / MARKER).exists():
        return None
    findings: list[Finding] = []
    document = read_documents([config / SITE], findings, needed=()).held.get(config / SITE)
    found = None
    if document is not None and isinstance(document.data, dict):
        found = server_of(PartFields(document, (), findings))
    if findings:
        raise ConfigFault(findings)
    return found


def password_of(server: Server, *, data: Path) -> Callable[[], str]:
    """Reads the password when it is needed: what systemd hands over, else the file that site.yaml names.

    Empty where neither is there: a socket may tell the server who we are. The reader raises HisError.
    """
    name = server.password_file or CREDENTIAL

    def read() -> str:
        if not server.password_file and not secret_file(name, data=data).exists():
            return ""
        return secret_text(Secret(file=name), data=data)

    return read
