"""What the tests of each service hold against the pages of its admin: that they cost little, however much there is."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse

from common.admin.model_admin import ServiceAdmin
from common.admin.models import Operator

# One of each kind that somebody may look for.
TERMS = (str(uuid.uuid4()), "ada", "Ada.Lovelace@Example.COM", "ORD-1000", "1234567", "under the desk")
HTML = {"HTTP_ACCEPT": "text/html"}


class AdminPages:
    """The tests of all of a service's pages, for a class ``TestPages`` beside a fixture ``rows``: three of everything.

    A service whose staff must be among its accounts overrides ``account``.
    """

    most_queries: ClassVar[int]
    outsider: ClassVar[str] = "customer"
    """A role that gets to see none of them."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Each test, once for each model."""
        metafunc.parametrize("model_admin", model_admins(), ids=name_of)

    def account(self, _role: str) -> uuid.UUID:
        """Whose page it is."""
        return uuid.uuid4()

    def test_are_closed_to_others(self, client_of: Callable[..., Any], model_admin: ServiceAdmin) -> None:
        outsider = client_of(self.account(self.outsider), self.outsider)

        assert outsider.get(list_address(model_admin.model)).status_code == 403

    @pytest.mark.usefixtures("rows")
    def test_list_and_show_rows(
        self, client_of: Callable[..., Any], model_admin: ServiceAdmin, django_assert_max_num_queries: Any
    ) -> None:
        support = client_of(self.account("support"), "support")

        with django_assert_max_num_queries(self.most_queries):
            listed = support.get(list_address(model_admin.model), **HTML)
        rows = model_admin.model._default_manager.all()[:3]
        for row in rows:
            with django_assert_max_num_queries(self.most_queries):
                shown = support.get(row_address(row), **HTML)
            assert shown.status_code == 200

        assert listed.status_code == 200
        assert ('id="result_list"' in listed.content.decode()) is bool(rows)

    def test_are_found_by_an_index(self, model_admin: ServiceAdmin) -> None:
        assert costly_looks(model_admin) == []


def model_admins() -> list[ServiceAdmin]:
    """All that the service registers."""
    import_module(settings.ROOT_URLCONF)  # where it does
    return [each for each in admin.site._registry.values() if isinstance(each, ServiceAdmin)]


def name_of(model_admin: ServiceAdmin) -> str:
    """What a test of it is called."""
    return str(model_admin.opts.label_lower)


def list_address(model: type) -> str:
    """Where the rows of a model are listed."""
    return _address(model, "changelist")


def row_address(row: Any, page: str = "change", *more: str) -> str:
    """The page of a row; ``row_address(row, "action", "disable")`` is where that is asked and done."""
    return _address(type(row), page, quote(row.pk), *more)


def costly_looks(model_admin: ServiceAdmin) -> list[str]:
    """The ways to look at a list, by search, filter or not at all, for which no index has the rows in order.

    What PostgreSQL would do is asked with its two dear ways forbidden: what it does in spite of that has no other way.
    """
    looks = [{}, *({"q": term} for term in TERMS if model_admin.search_by), *_filters(model_admin)]
    return [f"{look}: {plan}" for look in looks if (plan := _dear_plan(model_admin, look))]


def _filters(model_admin: ServiceAdmin) -> Iterator[dict[str, str]]:
    from django.http import QueryDict

    changes = _change_list(model_admin, {})
    for filter_ in changes.filter_specs:
        for choice in filter_.choices(changes):
            yield QueryDict(choice["query_string"].removeprefix("?")).dict()


def _dear_plan(model_admin: ServiceAdmin, look: dict[str, str]) -> str:
    rows = _change_list(model_admin, look).queryset[:50]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        try:
            statement, parameters = rows.query.sql_with_params()
        except EmptyResultSet:
            return ""
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        (plan,) = cursor.fetchone()
    nodes = list(_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    table = model_admin.opts.db_table
    scanned = [node for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] == table]
    # Rows that a search found are few enough to be sorted.
    sorted_ = [node for node in nodes if node["Node Type"] == "Sort" and "q" not in look]
    return ", ".join(node["Node Type"] for node in [*scanned, *sorted_])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _change_list(model_admin: ServiceAdmin, look: dict[str, str]) -> Any:
    request = RequestFactory().get("/", look)
    request.user = Operator(id=uuid.uuid4(), roles=["admin"])
    return model_admin.get_changelist_instance(request)


def _address(model: type, page: str, *arguments: Any) -> str:
    options = model._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=arguments)
