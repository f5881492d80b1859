"""Loading a whole catalogue through the public API, or only checking it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import msgspec

from ops.importing.catalog import BadRow, Row, RowUnusable, Shelf
from ops.importing.checking import require_pictures
from ops.importing.clearing import clear_up
from ops.importing.crew import PARALLEL, in_parallel
from ops.importing.journal import Journal
from ops.importing.listing import Awaited
from ops.importing.products import Plan, carry_out, plan_product
from ops.importing.reading import CatalogFile
from ops.importing.report import Entry, Outcome, Report
from ops.importing.shelves import Shelves
from ops.shop import Json, Refused, Shop

# Statuses that are the fault of one row; any other concerns all of them.
_ROW_FAULTS = {400, 404, 409, 413, 415, 422}

Watch = Callable[[int, float | None, str], None]
"""Called with the number of rows done, the share of all rows if it is known, and what is being done."""


@dataclass(frozen=True)
class Job:
    """A row of the file, and the slug of its category in the shop."""

    row: Row
    category: str | None


@dataclass(frozen=True)
class Done:
    """The outcome of a row, with its plan, and the product once it is in the shop."""

    entry: Entry
    plan: Plan | None = None
    product: Json | None = None


def import_catalog(
    shop: Shop,
    file: CatalogFile,
    journal: Journal,
    *,
    watch: Watch,
    report: Report | None = None,
    parallel: int = PARALLEL,
    patience_seconds: float = 60.0,
) -> Report:
    """Load the file as the staff member who is signed in, and return when the shop shows everything.

    Loading it again changes only what differs, so an interrupted import is simply run again. Raises OpsError if the
    file is no catalogue, or if the shop refuses or fails for a reason that is not a row's fault.
    """
    report = report or Report()
    clear_up(shop, journal)
    awaited = Awaited(shop)
    load = partial(_load, shop, journal)
    with closing(_work(file, Shelves(shop), load, report=report, watch=watch, parallel=parallel)) as rows:
        for done in rows:
            if done.plan and done.product:
                awaited.expect(done.plan, done.product)
    watch(report.rows, 1.0, "waiting until the shop shows it all")
    report.not_listed = awaited.missing(patience_seconds=patience_seconds)
    clear_up(shop, journal)
    return report


def rehearse(
    shop: Shop | None, file: CatalogFile, *, watch: Watch, report: Report | None = None, parallel: int = PARALLEL
) -> Report:
    """Check every row as ``import_catalog`` would, and report what it would do; nothing is written to the shop.

    Without a shop, only the file is checked.
    """
    report = report or Report()
    shelves = Shelves(shop, is_rehearsal=True)
    with closing(_work(file, shelves, partial(_look, shop), report=report, watch=watch, parallel=parallel)) as rows:
        for _ in rows:
            pass
    return report


def _work(
    file: CatalogFile, shelves: Shelves, do: Callable[[Job], Done], *, report: Report, watch: Watch, parallel: int
) -> Generator[Done]:
    """Do and report each row. A bad row does not stop the others. Closing it waits for the rows under way."""
    with closing(in_parallel(partial(_try, do), _jobs(file, shelves), parallel=parallel)) as results:
        for done in results:
            report.note(done.entry)
            if done.plan and not done.plan.row.pictures:
                report.without_picture += 1
            watch(report.rows, file.bytes_read / file.size, done.entry.name)
            yield done


def _jobs(file: CatalogFile, shelves: Shelves) -> Iterator[Job | BadRow]:
    """The rows; the categories before a row exist by the time it is yielded."""
    for item in file.items():
        if isinstance(item, BadRow):
            yield item
            continue
        name = item.category.name if isinstance(item, Shelf) else item.product.title
        try:
            if isinstance(item, Shelf):
                shelves.place(item)
            else:
                yield Job(item, shelves.slug_of(item.product.category))
        except (Refused, RowUnusable) as error:
            yield BadRow(item.line, name, _reason(error))


def _try(do: Callable[[Job], Done], job: Job | BadRow) -> Done:
    if isinstance(job, BadRow):
        return Done(Entry(job.line, Outcome.REFUSED, job.name, reason=job.reason))
    try:
        require_pictures(job.row.pictures)
        return do(job)
    except (Refused, RowUnusable) as error:
        product = job.row.product
        return Done(Entry(job.row.line, Outcome.REFUSED, product.title, product.sku, _reason(error)))


def _load(shop: Shop, journal: Journal, job: Job) -> Done:
    plan = plan_product(shop, job.row, category=job.category)
    product = carry_out(shop, plan, journal)
    entry = _entry(plan)
    if plan.current and not plan.pictures and all(product[name] == plan.current[name] for name in plan.changes):
        # The only difference was HTML that the shop does not allow, and strips from every description.
        entry = msgspec.structs.replace(entry, outcome=Outcome.UNCHANGED, fields=())
    return Done(entry, plan, product)


def _look(shop: Shop | None, job: Job) -> Done:
    product = job.row.product
    if shop is None:
        return Done(Entry(job.row.line, Outcome.CHECKED, product.title, product.sku))
    plan = plan_product(shop, job.row, category=job.category)
    _require_own_skus(shop, plan)
    return Done(_entry(plan), plan)


def _require_own_skus(shop: Shop, plan: Plan) -> None:
    """Raise RowUnusable if a SKU belongs to another product; in a dry run, the shop is not asked to write."""
    own = {variant["sku"] for variant in plan.current["variants"]} if plan.current else {plan.row.product.sku}
    for variant in plan.row.product.variants:
        if variant.sku not in own and (other := next(shop.products(sku=variant.sku), None)):
            raise RowUnusable(f"{variant.sku} is already a SKU of {other['title']}")


def _entry(plan: Plan) -> Entry:
    product = plan.row.product
    return Entry(plan.row.line, plan.outcome, product.title, product.sku, fields=tuple(plan.fields))


def _reason(error: Refused | RowUnusable) -> str:
    """Why the row is bad. Raises the refusal again if it is not the row's fault."""
    if isinstance(error, RowUnusable):
        return str(error)
    if error.status not in _ROW_FAULTS:
        raise error
    return error.reason
