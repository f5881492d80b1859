"""What `docker compose` reads: secrets of its own, and doors closed where others come."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from common.settings import env
from ops import compose_env
from ops.environment import public_half
from ops.errors import OpsError
from ops.state import ROOT

SHOP = "https://shop.example"


def written(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    command = [sys.executable, "-m", "ops", "compose-env", f"--file={folder / '.env'}", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


class TestComplete:
    def test_makes_each_secret_anew(self) -> None:
        first, second = (compose_env.complete({}, public_url=None) for _ in range(2))

        same = {name for name in first if first[name] == second[name]}
        assert same == {
            "OPENCOMMERCE_PUBLIC_URL",
            "OPENCOMMERCE_ADMIN_EMAIL",
            "ORDER_SVC_SANDBOX",
            "OPENCOMMERCE_SELLERS_NEED_APPROVAL",
            "OPENCOMMERCE_STAFF_NEED_SECOND_FACTOR",
        }
        assert all(len(first[name]) >= 32 for name in set(first) - same)

    def test_makes_keys_that_the_services_take(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in compose_env.complete({}, public_url=None).items():
            monkeypatch.setenv(name, value)

        assert env.keys("USER_SVC_TOKEN_KEYS") != env.keys("USER_SVC_FACTOR_KEYS")
        assert len(env.key("OPENCOMMERCE_ASSERTION_PUBLIC_KEY")) == 32

    def test_lets_a_trial_play_and_a_shop_not(self) -> None:
        names = ("ORDER_SVC_SANDBOX", "OPENCOMMERCE_SELLERS_NEED_APPROVAL", "OPENCOMMERCE_STAFF_NEED_SECOND_FACTOR")

        trial, shop = (compose_env.complete({}, public_url=url) for url in (None, SHOP))

        assert [trial[name] for name in names] == ["on", "off", "off"]
        assert [shop[name] for name in names] == ["off", "on", "on"]

    def test_adds_to_a_key_its_other_half(self) -> None:
        whole = compose_env.complete({}, public_url=None)
        key = whole["GATEWAY_SVC_ASSERTION_KEY"]
        half = {name: value for name, value in whole.items() if name != "OPENCOMMERCE_ASSERTION_PUBLIC_KEY"}

        assert compose_env.complete(half, public_url=None) == {"OPENCOMMERCE_ASSERTION_PUBLIC_KEY": public_half(key)}

    @pytest.mark.parametrize("url", ["shop.example", "ftp://shop.example", "https://", "https://shop.example/de/"])
    def test_refuses_what_is_no_origin(self, url: str) -> None:
        with pytest.raises(OpsError, match="is no origin"):
            compose_env.complete({}, public_url=url)


class TestCommand:
    def test_writes_a_file_for_its_owner_alone(self, tmp_path: Path) -> None:
        done = written(tmp_path, f"--public-url={SHOP}")

        assert done.returncode == 0
        assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
        assert compose_env.read((tmp_path / ".env").read_text())["OPENCOMMERCE_PUBLIC_URL"] == SHOP
        assert done.stdout == ""

    def test_changes_nothing_that_stands_there(self, tmp_path: Path) -> None:
        before = "# mine\nOPENCOMMERCE_PUBLIC_URL='https://shop.example'\nUSER_SVC_SECRET_KEY=\"kept\""
        (tmp_path / ".env").write_text(before)

        written(tmp_path)
        first = (tmp_path / ".env").read_text()
        again = written(tmp_path)

        assert first.startswith(f"{before}\n")
        assert (tmp_path / ".env").read_text() == first
        assert "lacks nothing" in again.stderr
        values = compose_env.read(first)
        assert (values["USER_SVC_SECRET_KEY"], values["ORDER_SVC_SANDBOX"]) == ("kept", "off")

    def test_refuses_to_move_the_shop(self, tmp_path: Path) -> None:
        written(tmp_path)

        done = written(tmp_path, f"--public-url={SHOP}")

        assert done.returncode == 1
        assert "Change it there" in done.stderr

    def test_prints_one_for_whoever_has_only_the_image(self, tmp_path: Path) -> None:
        done = written(tmp_path, "--print")

        assert set(compose_env.read(done.stdout)) == set(compose_env.names())
        assert not (tmp_path / ".env").exists()
