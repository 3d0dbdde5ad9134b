"""Credentials: who asks, and where the secret lies; a real site's files never hold one themselves."""

from __future__ import annotations

from pathlib import Path

from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import HisError
from hisconsole.fields import shown
from hisconsole.paths import is_open, secret_file
from hisconsole.plan.targets import Credential, CredentialKind, Secret
from hisconsole.text import _, printable

AUTHS = ("sha1", "sha256")
PRIVS = ("aes128", "aes256")
_LONGEST = 16 * 1024
_USM_LEAST = 8
"""RFC 3414, 11.2: shorter passwords are refused."""


def credential_of(fields: PartFields, *, sample: bool) -> Credential:
    """One entry of credentials.yaml."""
    name = fields.own_id()
    kind = fields.choice("kind", CredentialKind, needed=True)
    none = Secret()
    secret = priv_secret = passphrase = none
    auth = priv = user = ""
    insecure = False
    if kind is CredentialKind.SNMP2C:
        secret = _secret(fields, "community", sample=sample)
        insecure = fields.flag("insecure")
        if not insecure:
            sentence = _("SNMP v2c goes over the wire readable: use snmp3, or write 'insecure: yes'.")
            fields.refuse("insecure" if fields.given("insecure") else "kind", sentence)
    elif kind is CredentialKind.SNMP3:
        user = fields.text("user", needed=True, longest=32)
        auth, priv = fields.one_of("auth", AUTHS), fields.one_of("priv", PRIVS)
        secret = _secret(fields, "auth_password", sample=sample, least=_USM_LEAST)
        priv_secret = _secret(fields, "priv_password", sample=sample, least=_USM_LEAST)
    elif kind is CredentialKind.SSH:
        user = fields.reference("user", needed=True)
        secret = Secret(file=_file(fields, "key_file", needed=True))
        passphrase = Secret(file=_file(fields, "passphrase_file"))
    return Credential(
        name=name,
        kind=kind or CredentialKind.SNMP3,
        user=user,
        secret=secret,
        auth=auth,
        priv=priv,
        priv_secret=priv_secret,
        passphrase=passphrase,
        insecure=insecure,
    )


def secret_text(secret: Secret, *, data: Path) -> str:
    """The secret itself; a relative file is one that systemd handed over, or lies in the folder `data`.

    Raises HisError in words where the file cannot be used, as when others on this machine may read it.
    """
    if secret.text or not secret.file:
        return secret.text
    path = secret_file(secret.file, data=data)
    named = printable(str(path))
    try:
        with path.open("rb") as file:
            others = is_open(path)
            raw = file.read(_LONGEST + 1)
    except OSError as fault:
        reason = printable(fault.strerror or str(fault))
        raise HisError(
            _("the secret in {file} cannot be read: {reason}.").format(file=named, reason=reason)
        ) from fault
    if others:
        raise HisError(_("{file} can be read by others: 'chmod 600' it.").format(file=named))
    try:
        text = raw.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError as fault:
        raise HisError(_("{file} holds no text.").format(file=named)) from fault
    if not text or len(raw) > _LONGEST:
        raise HisError(_("{file} holds no secret.").format(file=named))
    return text


def _secret(fields: PartFields, name: str, *, sample: bool, least: int = 1) -> Secret:
    file = _file(fields, f"{name}_file")
    text = fields.text(name)
    if text and not sample:
        sentence = _("no secret stands in this file: put it into a file of its own and name '{name}_file'.")
        fields.refuse(name, sentence.format(name=name))
    elif text and len(text) < least:
        sentence = _("'{name}' is shorter than {least} characters.")
        fields.refuse(name, sentence.format(name=name, least=least))
    elif text and fields.given(f"{name}_file"):
        fields.refuse(name, _("'{name}' and '{name}_file' exclude each other.").format(name=name))
    elif not text and not file and not fields.given(name) and not fields.given(f"{name}_file"):
        fields.refuse(name, _("'{name}_file' is missing here: add it.").format(name=name))
    return Secret(file=file, text=text if sample else "")


def _file(fields: PartFields, name: str, *, needed: bool = False) -> str:
    text = fields.text(name, needed=needed, longest=200)
    if ".." in Path(text).parts:
        sentence = _("'{name}' must not lead out of its folder: '{value}'.")
        fields.refuse(name, sentence.format(name=name, value=shown(text)))
        return ""
    return text
