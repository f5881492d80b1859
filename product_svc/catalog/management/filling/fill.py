"""Bringing the catalogue of an otherwise empty shop to a number of made products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from product_svc.catalog.management.filling import writing
from product_svc.catalog.management.filling.products import BATCH, COLUMNS, Rows, Thousand
from product_svc.catalog.management.filling.shop import MadeShop
from product_svc.catalog.models import Category, Product, SellerProfile
from product_svc.catalog.services import count_words

SEED = 1


class NotOurs(Exception):
    """There are products in this catalogue that were not made here."""


def fill(
    *,
    seed: int,
    total: int,
    on_progress: Callable[[int], None] = lambda _: None,
    on_step: Callable[[str], None] = lambda _: None,
) -> int:
    """Make as many products as are missing, a multiple of a thousand; begin anew when there are more.

    All or none: a transaction. Returns how many were made. Raises NotOurs, and has changed nothing then.
    """
    shop = MadeShop(seed)
    with transaction.atomic():
        _prepare_transaction()
        present = _count_ours(shop)
        if present > total:
            _empty()
            present = 0
        if present == total:
            return 0
        _furnish(shop)
        with writing.without_indexes():
            for done, rows in enumerate(_made_ahead(shop, seed, range(present, total, BATCH)), start=1):
                writing.write(rows)
                on_progress(done * BATCH)
            on_step("building keys and indexes")
        on_step("counting words")
        count_words()
    on_step("gathering statistics")
    _analyze()
    return total - present


def _prepare_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table with a check outstanding can be altered
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _count_ours(shop: MadeShop) -> int:
    if Product.objects.exclude(seller__in=[seller.id for seller in shop.sellers.items]).exists():
        raise NotOurs
    return Product.objects.count()


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(map(writing.table_of, COLUMNS))} CASCADE")


def _furnish(shop: MadeShop) -> None:
    """Shelves and sellers, which are the same for any number of products."""
    Category.objects.bulk_create(
        [Category(id=made.id, slug=made.slug, name=made.name, parent_id=made.parent_id) for made in shop.categories],
        ignore_conflicts=True,
    )
    SellerProfile.objects.bulk_create(
        [SellerProfile(id=made.id, name=made.name) for made in shop.sellers.items], ignore_conflicts=True
    )


def _made_ahead(shop: MadeShop, seed: int, firsts: range) -> Iterator[Rows]:
    """Thousand after thousand, the next one being made while the database takes this one."""
    with ThreadPoolExecutor(1) as pool:
        waiting = None
        for first in firsts:
            ready, waiting = waiting, pool.submit(Thousand, shop, seed=seed, first=first)
            if ready:
                yield ready.result().rows
        if waiting:
            yield waiting.result().rows


def _analyze() -> None:
    """Do at once what autovacuum would do some time during the measurement."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for label in COLUMNS:
            cursor.execute(f"VACUUM (ANALYZE) {writing.table_of(label)}")
