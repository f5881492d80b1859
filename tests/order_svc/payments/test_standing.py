"""How far the comparison with a provider has come is shown to whoever scrapes."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from django.db import connection
from rest_framework.test import APIClient

from common import clock
from order_svc.payments.models import Comparison
from order_svc.payments.services.comparing import FIRST_REACH, GRACE, compare_charges
from tests.common.observability.scraping import scraped

pytestmark = pytest.mark.django_db


def ages() -> dict[str, float]:
    samples = scraped(APIClient().get("/metrics").content)["opencommerce_payment_comparison_age_seconds"]
    return {sample.labels["provider"]: sample.value for sample in samples}


class TestComparisonAge:
    def test_is_how_far_back_all_is_compared(self, transactional_db: None) -> None:
        compare_charges(now=clock.now() - timedelta(hours=1), most_pages=1)

        behind = GRACE + timedelta(hours=1)

        assert behind.total_seconds() <= ages()["sandbox"] < behind.total_seconds() + 600

    def test_of_a_first_round_that_is_under_way_is_its_reach(self, transactional_db: None) -> None:
        compare_charges(now=clock.now(), most_pages=0)

        assert ages()["sandbox"] >= FIRST_REACH.total_seconds()

    def test_is_no_number_before_the_first(self) -> None:
        assert math.isnan(ages()["sandbox"])

    def test_is_not_shown_of_a_provider_that_is_switched_off(self) -> None:
        Comparison.objects.create(provider="acme", since=clock.now())

        assert "acme" not in ages()

    def test_is_no_number_while_the_database_is_away(self) -> None:
        Comparison.objects.create(provider="sandbox", since=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE payments_comparison RENAME TO elsewhere")

        assert math.isnan(ages()["sandbox"])
