"""Settings that are small tables are read, or stop the start with a sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from order_svc.config.tables import amounts, percents

NAME = "ORDER_SVC_A_TABLE"


class TestAmounts:
    @pytest.mark.parametrize(
        ("text", "table"),
        [("", {}), ("EUR=4.90", {"EUR": 490}), (" EUR=4.90 , JPY=500,", {"EUR": 490, "JPY": 500})],
    )
    def test_are_kept_in_minor_units(self, monkeypatch: pytest.MonkeyPatch, text: str, table: dict[str, int]) -> None:
        monkeypatch.setenv(NAME, text)

        assert amounts(NAME) == table

    @pytest.mark.parametrize("text", ["EUR", "4.90", "EUR=x", "EUR=4.999", "EUR=-1", "EUR=0", "EURO=1"])
    def test_bad_ones_stop_the_start(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setenv(NAME, text)

        with pytest.raises(ImproperlyConfigured, match=NAME):
            amounts(NAME)


class TestPercents:
    def test_are_exact(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(NAME, "DE=19,FR=5.5")

        assert percents(NAME) == {"DE": Decimal(19), "FR": Decimal("5.5")}

    @pytest.mark.parametrize("text", ["DE", "DE=x", "DE=-1", "DE=101", "DE=NaN"])
    def test_bad_ones_stop_the_start(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setenv(NAME, text)

        with pytest.raises(ImproperlyConfigured, match=NAME):
            percents(NAME)
