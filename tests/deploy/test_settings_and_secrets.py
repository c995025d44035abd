"""The settings and secrets that the processes of `make run` get, and who else can read them."""

import os
import time
from pathlib import Path

import pytest

from deploy.local import places
from deploy.local.places import server_home, throw_away, try_lock
from deploy.local.product import ProductProcess, Setting, kept_secrets


def a_setting(folder: Path, **changes: object) -> Setting:
    known: dict[str, object] = {
        "host": "127.0.0.1",
        "port": 8001,
        "database_url": "postgresql://owner:geheim@127.0.0.1/brigada",
        "redis_url": "redis://:geheim@127.0.0.1/0",
        "secret_key": "geheim" * 11,
        "folder": folder,
    }
    return Setting(**(known | changes))  # type: ignore[arg-type]  # each as declared


def test_the_product_is_told_where_everything_is(tmp_path):
    told = a_setting(tmp_path).environment()

    assert told["PUBLIC_URL"] == "http://127.0.0.1:8001"
    assert told["FILES_URL"] == f"file://{tmp_path}/files"
    assert told["SMS_FILE"] == f"{tmp_path}/sms.jsonl"
    assert (told["HOST"], told["PORT"], told["SMS_PROVIDER"]) == ("127.0.0.1", "8001", "file")


def test_what_the_user_has_set_wins_over_our_choice(tmp_path, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://okna.example")
    monkeypatch.setenv("SMS_PROVIDER", "kannel")
    monkeypatch.setenv("SECRET_KEY", "that of the checkout was chosen before")

    told = a_setting(tmp_path, secret_key="a" * 64).environment()

    assert (told["PUBLIC_URL"], told["SMS_PROVIDER"]) == ("https://okna.example", "kannel")
    assert told["SECRET_KEY"] == "a" * 64


def test_a_run_that_is_thrown_away_touches_nothing_of_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("FILES_URL", "s3://the-real-photos")
    monkeypatch.setenv("SMS_PROVIDER", "kannel")
    monkeypatch.setenv("APP_DATABASE_URL", "postgresql://the-real-one")

    told = a_setting(tmp_path, is_private=True).environment()

    assert told["FILES_URL"].startswith("file://")
    assert told["SMS_PROVIDER"] == "file"
    assert "APP_DATABASE_URL" not in told


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8001"),
        ("::", "http://127.0.0.1:8001"),
        ("::1", "http://[::1]:8001"),
        ("192.0.2.7", "http://192.0.2.7:8001"),
    ],
)
def test_the_printed_address_opens_in_a_browser(tmp_path, host, address):
    assert a_setting(tmp_path, host=host).address == address


def test_a_setting_that_is_printed_gives_no_secret_away(tmp_path):
    assert "geheim" not in repr(a_setting(tmp_path))


def test_secrets_are_made_once_and_only_for_our_eyes(tmp_path):
    first, second = kept_secrets(tmp_path / "secrets.env"), kept_secrets(tmp_path / "secrets.env")

    assert first == second
    assert len(set(first.values())) == len(first)
    assert len(first["SECRET_KEY"]) == 64
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_missing_is_added_and_the_others_stay(tmp_path):
    file = tmp_path / "secrets.env"
    file.write_text(f"SECRET_KEY={'a' * 64}\nPOSTGRES_PASSWORD=old\n")
    file.chmod(0o644)

    kept = kept_secrets(file)

    assert (kept["SECRET_KEY"], kept["POSTGRES_PASSWORD"]) == ("a" * 64, "old")
    assert kept["REDIS_PASSWORD"]
    assert kept_secrets(file) == kept
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_the_product_writes_is_for_our_eyes_only(tmp_path):
    writes = ["-c", f"import pathlib; pathlib.Path({str(tmp_path)!r}, 'sms.jsonl').write_text('123456')"]
    process = ProductProcess("api", writes, dict(os.environ), tmp_path / "api.log")

    process.start()
    assert process.process is not None
    process.process.wait(10)

    assert (tmp_path / "sms.jsonl").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def system_home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(places, "SYSTEM_HOME", tmp_path / "system")
    monkeypatch.setattr(places, "VAR", tmp_path / "var")
    return tmp_path / "system"


def started_by(monkeypatch: pytest.MonkeyPatch, account: places.Account | None) -> None:
    monkeypatch.setattr(places, "server_account", lambda: account)


SOMEBODY = places.Account("somebody", 1234, 1234)


def test_data_of_a_checkout_of_roots_lies_where_the_server_account_can_go(system_home, tmp_path, monkeypatch):
    started_by(monkeypatch, SOMEBODY)
    wanted = tmp_path / "closed" / "var" / "pg"

    home = server_home(wanted)

    assert home.parent == system_home / "data"
    assert home.stat().st_mode & 0o777 == 0o755
    assert wanted.is_symlink()
    assert server_home(wanted) == home


def test_a_checkout_that_was_moved_keeps_its_data(system_home, tmp_path, monkeypatch):
    started_by(monkeypatch, SOMEBODY)
    home = server_home(tmp_path / "old" / "pg")
    (tmp_path / "old").rename(tmp_path / "new")

    assert server_home(tmp_path / "new" / "pg") == home


def test_an_ordinary_user_keeps_his_data_in_the_checkout(system_home, tmp_path, monkeypatch):
    started_by(monkeypatch, None)

    assert server_home(tmp_path / "var" / "pg") == tmp_path / "var" / "pg"
    assert not system_home.exists()


def test_a_lock_is_held_by_one(tmp_path):
    first = try_lock(tmp_path / "lock")
    assert first is not None

    assert try_lock(tmp_path / "lock") is None
    first.close()
    second = try_lock(tmp_path / "lock")
    assert second is not None
    second.close()


@pytest.mark.parametrize("account", [None, SOMEBODY])
def test_a_folder_for_one_run_is_gone_afterwards_with_those_that_killed_runs_left(
    system_home, tmp_path, monkeypatch, account
):
    started_by(monkeypatch, account)
    runs = (system_home if account else tmp_path / "var") / "runs"
    abandoned, in_use = runs / "test-1", runs / "test-2"
    for folder in (abandoned, in_use):
        folder.mkdir(parents=True)
    lock = try_lock(in_use / ".lock")
    assert lock is not None
    long_ago = time.time() - 3600
    for folder in (abandoned, in_use):
        os.utime(folder, (long_ago, long_ago))

    with throw_away("test") as folder:
        (folder / "data").write_text("x")
        assert folder.parent == runs
        assert not abandoned.exists()
        assert in_use.exists()

    assert not folder.exists()
    lock.close()
