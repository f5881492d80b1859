"""Variables that are read, and those that stop the start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from common.settings import env

NAME = "OPENCOMMERCE_A_LENGTH_OF_TIME"


class TestSeconds:
    @pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("0.5", 0.5), ("3600", 3600), ("", 7)])
    def test_are_a_length_of_time(self, monkeypatch: pytest.MonkeyPatch, text: str, seconds: float) -> None:
        monkeypatch.setenv(NAME, text)

        assert env.seconds(NAME, 7) == seconds

    @pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf", "1e999", "5s"])
    def test_that_are_none_stop_the_start(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setenv(NAME, text)

        with pytest.raises(ImproperlyConfigured, match=f"{NAME} takes a number of seconds"):
            env.seconds(NAME, 7)
