"""People go on buying while a migration runs, and it can be run again after it was cut off."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.topology import SERVICES

ROOT = Path(__file__).resolve().parents[2]

FROM_BEFORE = {
    "file_svc/files/migrations/0002_awaiting_variants_and_sweeps.py",
    "file_svc/files/migrations/0003_listing.py",
    "file_svc/files/migrations/0004_idempotency_key.py",
    "file_svc/files/migrations/0005_newest_first.py",
    "gateway_svc/browsers/migrations/0002_found_by_staff.py",
    "gateway_svc/sessions/migrations/0002_found_by_staff.py",
    "notify_svc/notifications/migrations/0003_found_by_staff.py",
    "notify_svc/notifications/migrations/0004_newest_first.py",
    "order_svc/orders/migrations/0003_shipping_and_timeline.py",
    "order_svc/orders/migrations/0004_found_by_staff.py",
    "order_svc/payments/migrations/0003_found_by_staff.py",
    "product_svc/catalog/migrations/0002_ratings.py",
    "product_svc/catalog/migrations/0003_awaited_images.py",
    "product_svc/catalog/migrations/0004_reading.py",
    "product_svc/catalog/migrations/0006_sellers.py",
    "product_svc/catalog/migrations/0007_search_words.py",
    "product_svc/reviews/migrations/0002_awaited_pictures.py",
    "product_svc/reviews/migrations/0003_newest_first.py",
    "user_svc/accounts/migrations/0004_found_by_staff.py",
    "user_svc/sellers/migrations/0003_found_by_staff.py",
}
"""Made before there was anything to lock for long. No line is ever added."""

OF_A_WHOLE_TABLE = {"AddIndex", "AddConstraint"}
"""Read all rows, and let nobody write meanwhile."""
NOT_TWICE = {"CreateModel", "AddField", "AddIndex", "AddConstraint", "RenameIndex", "RenameField", "RenameModel"} | {
    "AddIndexConcurrently",
    "AddConstraintNotValid",
}
"""Refused by the database where they were done already; `common.database.operations` has what is not."""


def migrations() -> list[Path]:
    own = (ROOT / part for part in ("common", *(service.name for service in SERVICES)))
    return sorted(path.relative_to(ROOT) for folder in own for path in folder.glob("**/migrations/0*.py"))


@pytest.mark.parametrize("path", migrations(), ids=str)
class TestMigration:
    def test_locks_no_table_that_is_there_for_long(self, path: Path) -> None:
        if str(path) in FROM_BEFORE:
            return

        made = {name for operation, name in operations(path) if operation == "CreateModel"}

        assert {name for operation, name in operations(path) if operation in OF_A_WHOLE_TABLE} <= made

    def test_can_be_run_again_where_it_is_done_in_steps(self, path: Path) -> None:
        if "atomic = False" not in (ROOT / path).read_text():
            return

        assert not {operation for operation, _ in operations(path)} & NOT_TWICE


def operations(path: Path) -> Iterator[tuple[str, str]]:
    """Each of what changes the database itself, with the model it is about; an index that comes with a column too."""
    return _within(ast.parse((ROOT / path).read_text()))


def _within(node: ast.AST) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and _name(child.func) == "SeparateDatabaseAndState":
            yield from _within(child.args[0])
            continue
        if isinstance(child, ast.Call):
            yield _name(child.func), _model(child)
            if _name(child.func) in {"AddField", "AddFieldOnce"} and _is_indexed(child):
                yield "AddIndex", _model(child)
        yield from _within(child)


def _is_indexed(call: ast.Call) -> bool:
    """Whether Django makes an index, or a unique constraint, with the column."""
    fields = [each for each in ast.walk(call) if isinstance(each, ast.Call) and each is not call]
    asked = [keyword for each in fields for keyword in each.keywords if keyword.arg in {"db_index", "unique"}]
    said = {keyword.arg: ast.literal_eval(keyword.value) for keyword in asked}
    refers = any(_name(each.func) in {"ForeignKey", "OneToOneField"} for each in fields)
    return any(said.values()) or (refers and said.get("db_index", True))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _model(call: ast.Call) -> str:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    said = named.get("model_name") or named.get("name") or next(iter(call.args), None)
    return str(said.value).lower() if isinstance(said, ast.Constant) else ""
