"""Where the record lies: the lines about the database in site.yaml, and where its password comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config import check_site, init_site
from hisconsole.config.drills import MARKER
from hisconsole.config.server import load_server, password_of
from hisconsole.errors import ConfigFault, HisError
from hisconsole.paths import Server, shipped

URL = "postgresql+psycopg://"


def _load(folder: Path, *lines: str) -> Server | None:
    (folder / "site.yaml").write_text("\n".join(("name: x", *lines, "")))
    return load_server(folder, folder / "data")


def test_without_the_line_the_record_is_a_file(tmp_path: Path) -> None:
    assert load_server(shipped("config"), tmp_path) is None
    assert load_server(tmp_path / "nowhere", tmp_path) is None
    assert _load(tmp_path, "nmae: y") is None


@pytest.mark.parametrize(
    ("url", "server", "named"),
    [
        ("his@10.0.0.5/his", Server("his", (("10.0.0.5", 5432),), "his"), "his at 10.0.0.5"),
        ("his@10.0.0.5:6000/his_1", Server("his", (("10.0.0.5", 6000),), "his_1"), "his_1 at 10.0.0.5:6000"),
        (
            "his@10.0.0.5,10.0.0.6:6000/his",
            Server("his", (("10.0.0.5", 5432), ("10.0.0.6", 6000)), "his"),
            "his at 10.0.0.5, 10.0.0.6:6000",
        ),
        ("his@[fd00::5]:6000/his", Server("his", (("fd00::5", 6000),), "his"), "his at [fd00::5]:6000"),
        (
            "his@/his?host=/run/postgresql",
            Server("his", (("/run/postgresql", 5432),), "his"),
            "his at /run/postgresql",
        ),
        (
            "his@10.0.0.5/his?sslmode=verify-ca&sslrootcert=/etc/ca.pem",
            Server(
                "his",
                (("10.0.0.5", 5432),),
                "his",
                settings=(("sslmode", "verify-ca"), ("sslrootcert", "/etc/ca.pem")),
            ),
            "his at 10.0.0.5",
        ),
    ],
)
def test_a_server_by_its_address(tmp_path: Path, url: str, server: Server, named: str) -> None:
    assert _load(tmp_path, f"database: {URL}{url}") == server
    assert str(server) == named


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://his@10.0.0.5/his", "must look like postgresql"),
        (f"{URL}his@10.0.0.5", "must look like postgresql"),
        (f"{URL}his:canary@10.0.0.5/his", "no password stands in this file"),
        (
            f"{URL}his@db.hospital/his",
            "needs IP addresses, for names may be what failed, and not 'db.hospital'",
        ),
        (f"{URL}his@10.0.0.5:http/his", "needs IP addresses"),
        (f"{URL}his@10.0.0.5:99999/his", "99999 is no port"),
        (f"{URL}his@/his", "names no server"),
        (f"{URL}his@10.0.0.5/his?options=-c", "'options' is no setting of 'database'"),
        (f"{URL}his@/his?host=/run/x&port=high", "high is no port"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, url: str, sentence: str) -> None:
    with pytest.raises(ConfigFault, match=sentence) as caught:
        _load(tmp_path, f"database: '{url}'")
    assert [(each.line, each.col) for each in caught.value.findings] == [(2, 11)]
    assert "canary" not in str(caught.value)


def test_a_password_file_needs_a_database(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match="needs a line 'database'"):
        _load(tmp_path, "database_password_file: x")


def test_check_names_the_faults_of_these_lines_too(tmp_path: Path) -> None:
    init_site(tmp_path / "site")
    site = tmp_path / "site" / "site.yaml"
    with site.open("a") as file:
        file.write(f"database: {URL}his@10.0.0.5/his\ndatabase_password_file: db.secret\n")
    assert check_site(tmp_path / "site") == []
    with site.open("a") as file:
        file.write("databse: x\n")
    assert "'databse' is not known here" in check_site(tmp_path / "site")[0].sentence


def test_a_drill_never_writes_to_the_server(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / MARKER).write_text("{}")
    assert _load(tmp_path, f"database: {URL}his@10.0.0.5/his") is None


def test_the_password_comes_from_what_systemd_hands_over_else_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    none = Server("his", (("10.0.0.5", 5432),), "his")
    assert password_of(none, data=tmp_path)() == ""
    named = Server("his", (("10.0.0.5", 5432),), "his", "db.secret")
    read = password_of(named, data=tmp_path)
    with pytest.raises(HisError, match=r"db\.secret cannot be read"):
        read()
    (tmp_path / "db.secret").write_text("one\n")
    (tmp_path / "db.secret").chmod(0o640)
    with pytest.raises(HisError, match="can be read by others"):
        read()
    (tmp_path / "db.secret").chmod(0o600)
    assert read() == "one"
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / "database").write_text("two\n")
    (handed / "database").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    assert password_of(none, data=tmp_path)() == "two"
    assert password_of(named, data=tmp_path)() == "one"
    (handed / "db.secret").write_text("three\n")
    (handed / "db.secret").chmod(0o440)
    assert password_of(named, data=tmp_path)() == "three"
