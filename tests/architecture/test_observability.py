"""Alerts and dashboards ask only for what the code shows, and each alert says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import promql_parser
import pytest
from promql_parser import AggModifierType, AggregateExpr, Call, Expr, VectorSelector
from ruamel.yaml import YAML

from common.contracts import all_contracts
from common.topology import SERVICES
from ops import metric_families
from ops.metric_families import Family
from tests.architecture.composition import ROOT

DEPLOY = ROOT / "deploy/observability"
RUNBOOK = (ROOT / "docs/how-to/answer-alerts.md").read_text()
# Said by Prometheus of each target (deploy/observability/prometheus/prometheus.yml), and of what it scrapes.
OF_THE_TARGET = {"job", "instance", "service", "kind"}
OF_PROMETHEUS = {"up": OF_THE_TARGET, "ALERTS": {"alertname", "alertstate", "severity", *OF_THE_TARGET}}
FACTS = [contract.name for contract in all_contracts()]
TASKS = [task for service in SERVICES for task in import_module(f"{service.name}.config.schedule").SCHEDULE]
FAMILIES = (*metric_families.of_ours(), *metric_families.of_every_process())


@dataclass(frozen=True)
class Query:
    """An expression, and the labels by which its result is told apart in words."""

    title: str
    text: str
    mentioned: frozenset[str]

    def __str__(self) -> str:
        return self.title


@cache
def rules() -> list[dict[str, Any]]:
    paths = sorted((DEPLOY / "prometheus/rules").glob("*.yml"))
    files = [YAML(typ="safe").load(path) for path in paths]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


@cache
def dashboards() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((DEPLOY / "grafana/dashboards").glob("*.json"))]


def queries() -> Iterator[Query]:
    for rule in rules():
        words = " ".join(rule["annotations"].values())
        yield Query(rule["alert"], rule["expr"], frozenset(re.findall(r"\$labels\.(\w+)", words)))
    for board in dashboards():
        for panel in board["panels"]:
            for target in panel["targets"]:
                text = re.sub(r"\$__(rate_interval|range|interval)", "5m", target["expr"])
                labels = frozenset(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
                yield Query(f"{board['title']}: {panel['title']}", text, labels)
        for annotation in board["annotations"]["list"]:
            yield Query(f"{board['title']}: {annotation['name']}", annotation["expr"], frozenset())


def nodes(query: Query) -> list[Any]:
    found: list[Expr] = []
    promql_parser.walk(promql_parser.parse(query.text), found.append)
    return found


def selectors(query: Query) -> list[VectorSelector]:
    return [node for node in nodes(query) if isinstance(node, VectorSelector)]


def family_of(series: str) -> Family | None:
    return next((family for family in FAMILIES if series in family.series), None)


def labels_of(series: str) -> set[str]:
    family = family_of(series)
    if family is None:
        return OF_PROMETHEUS[series]
    return OF_THE_TARGET | set(family.labels) | ({"le"} if series.endswith("_bucket") else set())


def kept(query: Query) -> set[str]:
    """The labels that a result may have: those that its sums keep, or, where nothing is summed, all."""
    sums = [node.modifier for node in nodes(query) if isinstance(node, AggregateExpr)]
    if not sums:
        return set().union(*(labels_of(each.name) for each in selectors(query)))
    return {label for modifier in sums if modifier for label in modifier.labels if modifier.type == AggModifierType.By}


each_query = pytest.mark.parametrize("query", list(queries()), ids=str)


@each_query
class TestQuery:
    def test_asks_for_what_is_shown(self, query: Query) -> None:
        names = {each.name for each in selectors(query)}

        assert {name for name in names - OF_PROMETHEUS.keys() if not family_of(name)} == set()
        assert names

    def test_asks_by_labels_that_it_has(self, query: Query) -> None:
        for each in selectors(query):
            assert {matcher.name for matcher in each.matchers.matchers} <= labels_of(each.name)

    def test_sums_by_labels_that_it_has(self, query: Query) -> None:
        for node in nodes(query):
            if isinstance(node, AggregateExpr) and node.modifier:
                inner = Query(query.title, node.expr.prettify(), frozenset())
                known = set().union(*(labels_of(each.name) for each in selectors(inner)))
                assert set(node.modifier.labels) <= known

    def test_is_told_apart_by_labels_that_are_left(self, query: Query) -> None:
        assert query.mentioned <= kept(query)

    def test_asks_for_values_that_there_are(self, query: Query) -> None:
        for each in selectors(query):
            for matcher in each.matchers.matchers:
                for values, label in ((FACTS, "fact"), (TASKS, "task")):
                    if matcher.name == label:
                        assert [value for value in values if re.fullmatch(matcher.value, value)], matcher.value
                if matcher.name == "outcome":
                    family = family_of(each.name)
                    assert family
                    assert set(matcher.value.split("|")) <= set(re.findall(r"\w+", family.what))

    def test_takes_the_rate_of_what_only_grows(self, query: Query) -> None:
        for node in nodes(query):
            if isinstance(node, Call) and node.func.name in {"rate", "increase"}:
                name = node.args[0].vector_selector.name
                family = family_of(name)
                assert family
                assert family.kind in {"counter", "histogram"}


class TestAlerts:
    def test_have_names_of_their_own(self) -> None:
        names = [rule["alert"] for rule in rules()]

        assert len(names) == len(set(names))

    def test_say_how_urgent_they_are_and_what_is_the_matter(self) -> None:
        for rule in rules():
            assert rule["labels"]["severity"] in {"critical", "warning"}
            assert rule["annotations"]["summary"].endswith(".")

    def test_wait_for_as_long_as_they_say(self) -> None:
        for rule in rules():
            assert promql_parser.parse_duration(rule.get("for", "1s")).total_seconds() <= 900
            assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}

    def test_have_a_section_each_that_says_what_to_do(self) -> None:
        sections = re.findall(r"^### (\w+)$", RUNBOOK, re.MULTILINE)

        assert sections == [rule["alert"] for rule in rules()]

    def test_are_about_what_is_promised(self) -> None:
        about = {each.name for rule in rules() for each in selectors(Query("", rule["expr"], frozenset()))}

        assert about >= {
            "up",
            "opencommerce_outbox_oldest_seconds",
            "opencommerce_queue_messages",
            "opencommerce_cache_circuit_open",
            "opencommerce_payment_call_seconds_count",
        }


class TestDashboards:
    def test_are_found_by_names_of_their_own(self) -> None:
        names = [board["uid"] for board in dashboards()]

        assert len(names) == len(set(names)) == 5

    def test_ask_the_server_that_is_provisioned(self) -> None:
        source = YAML(typ="safe").load(DEPLOY / "grafana/provisioning/datasources/prometheus.yaml")
        uid = source["datasources"][0]["uid"]

        for board in dashboards():
            for panel in board["panels"]:
                assert {each["datasource"]["uid"] for each in (panel, *panel["targets"])} == {uid}

    def test_show_panels_beside_one_another(self) -> None:
        for board in dashboards():
            cells = [cell for panel in board["panels"] for cell in _cells(panel["gridPos"])]
            assert len(cells) == len(set(cells))
            assert max(x for x, _ in cells) < 24


def _cells(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    for x in range(place["x"], place["x"] + place["w"]):
        for y in range(place["y"], place["y"] + place["h"]):
            yield x, y


class TestFamilies:
    def test_are_declared_once(self) -> None:
        names = [family.name for family in FAMILIES]

        assert len(names) == len(set(names))

    @pytest.mark.parametrize("family", metric_families.of_ours(), ids=lambda family: family.name)
    def test_are_called_as_prometheus_wants_it(self, family: Family) -> None:
        assert re.fullmatch(r"opencommerce_[a-z_]+", family.name)
        assert (family.kind == "counter") == family.name.endswith("_total")
        assert family.kind != "histogram" or family.name.endswith(("_seconds", "_bytes"))
        assert family.what.endswith(".")
        assert not set(family.labels) & OF_THE_TARGET  # Prometheus would rename it
