from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole import paths
from hisconsole.errors import HisError


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HISCONSOLE_DATA", "HISCONSOLE_CONFIG", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(paths, "SITE", tmp_path / "etc")


def laid_out(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    """As if paths.py lay in that package."""
    package.mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))


def test_the_checkout_ships_its_own_folders() -> None:
    root = Path(__file__).resolve().parents[1]
    assert paths.shipped("config") == root / "config"
    assert paths.shipped("screens") == root / "screens"


def test_a_wheel_ships_them_inside_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    laid_out(monkeypatch, tmp_path / "lib" / "site-packages" / "hisconsole")
    inside = tmp_path / "lib" / "site-packages" / "hisconsole" / "_data" / "config"
    inside.mkdir(parents=True)
    (tmp_path / "lib" / "config").mkdir()
    assert paths.shipped("config") == inside


def test_a_broken_installation_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    laid_out(monkeypatch, tmp_path / "src" / "hisconsole")
    with pytest.raises(HisError, match="lacks its folder screens"):
        paths.shipped("screens")


def test_data_as_given_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISCONSOLE_DATA", "/srv/environment")
    assert paths.data_dir("/srv/given") == Path("/srv/given")
    assert paths.data_dir(None) == Path("/srv/environment")
    monkeypatch.setenv("HISCONSOLE_DATA", "")
    assert paths.data_dir(None) == Path.home() / ".local/share/hisconsole"


def test_data_follows_xdg_but_not_a_relative_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/xdg")
    assert paths.data_dir(None) == Path("/srv/xdg/hisconsole")
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    assert paths.data_dir(None) == Path.home() / ".local/share/hisconsole"


def test_folders_are_absolute_and_know_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.data_dir("night") == tmp_path / "night"
    assert paths.config_dir("~/site") == Path.home() / "site"


def test_an_unknown_home_is_a_sentence() -> None:
    with pytest.raises(HisError, match="--data"):
        paths.data_dir("~nobody-of-that-name/x")


def test_the_site_comes_before_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.config_dir(None) == paths.shipped("config")
    paths.SITE.mkdir()
    assert paths.config_dir(None) == paths.SITE
    monkeypatch.setenv("HISCONSOLE_CONFIG", "/srv/environment")
    assert paths.config_dir(None) == Path("/srv/environment")
    assert paths.config_dir("/srv/given") == Path("/srv/given")


def test_a_secret_is_what_systemd_handed_over_else_in_the_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data, handed = tmp_path / "data", tmp_path / "handed"
    handed.mkdir()
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert paths.secret_file("secrets/core", data=data) == data / "secrets" / "core"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    assert paths.secret_file("secrets/core", data=data) == data / "secrets" / "core"
    (handed / "secrets_core").write_text("word")
    assert paths.secret_file("secrets/core", data=data) == handed / "secrets_core"
    assert paths.secret_file("/etc/secrets_core", data=data) == Path("/etc/secrets_core")


@pytest.mark.parametrize(
    ("mode", "of_data", "of_systemd"),
    [(0o400, False, False), (0o600, False, False), (0o440, True, False), (0o404, True, True)],
)
def test_who_else_may_read_a_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int, of_data: bool, of_systemd: bool
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("word")
    secret.chmod(mode)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert paths.is_open(secret) is of_data
    # There the group's bit is the mask of an access list for the service's own account.
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert paths.is_open(secret) is of_systemd
