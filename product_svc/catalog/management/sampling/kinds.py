"""Kinds of pages, and addresses of each: enough that none is asked for again before it may be cold again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db.models import Count

from product_svc.catalog.management.filling import words
from product_svc.catalog.management.filling.products import made_at
from product_svc.catalog.management.filling.shop import MadeShop
from product_svc.catalog.management.sampling.visitor import Visitor
from product_svc.catalog.models import Category, Product, Status

LIST = "/api/v1/products/"
EACH = 32
_ITEMS = 20
_FAR = 1_000
_SHORT = 4


def kinds(visitor: Visitor, *, seed: int) -> dict[str, Callable[[], Iterable[str]]]:
    """How the addresses of each kind are found, by its title."""
    published = Product.objects.filter(status=Status.PUBLISHED).count()
    far = max(1, min(_FAR, published // _ITEMS - EACH))
    return {
        "list": lambda: _walk(visitor),
        f"list, page {far:,}": lambda: _walk(visitor, skip=(far - 1) * _ITEMS),
        "category and price": lambda: [_list(category=slug, min_price="20", max_price="60") for slug in _branches()],
        "seller": lambda: [_list(seller=seller.id) for seller in MadeShop(seed).sellers.items[:EACH]],
        "in stock": lambda: _walk(visitor, in_stock="true"),
        "search, common word": lambda: [_list(search=word) for word in _common_words()],
        "search, rare word": lambda: [_list(search=word) for word in _rare_words()],
        "search, part of a word": lambda: [_list(search=word[:-1]) for word in _common_words() if len(word) > _SHORT],
        "detail": lambda: [f"{LIST}{slug}/" for slug in _slugs()],
    }


def _list(**query: str) -> str:
    return f"{LIST}?{urlencode(query)}" if query else LIST


def _walk(visitor: Visitor, *, skip: int = 0, **query: str) -> Iterator[str]:
    """Pages one after the other, after so many products that are passed in longer strides."""
    path = _list(**query)
    while skip:
        stride = min(skip, 100)
        path = _resized(visitor.get(_resized(path, stride))["next"], _ITEMS)
        skip -= stride
    for _ in range(EACH):
        yield path
        following = visitor.get(path)["next"]
        if not following:
            return
        path = _resized(following, _ITEMS)


def _resized(url: str, size: int) -> str:
    address = urlsplit(url)
    return f"{address.path}?{urlencode({**dict(parse_qsl(address.query)), 'page_size': str(size)})}"


def _branches() -> Iterable[str]:
    """Categories that have others below them, large and small."""
    above = Category.objects.filter(children__isnull=False).distinct().order_by("name", "slug")
    return above.values_list("slug", flat=True)[:EACH]


def _common_words() -> list[str]:
    """They stand in one of fifty products or more."""
    return [*words.ADJECTIVES.split()[: EACH // 2], *words.MATERIALS.split()[: EACH // 2]]


def _rare_words() -> list[str]:
    """The names of the smallest ranges that there are."""
    ranges = Product.objects.filter(status=Status.PUBLISHED).values_list("attributes__range")
    return [name for name, _ in ranges.annotate(size=Count("id")).order_by("size", "attributes__range")[:EACH]]


def _slugs() -> list[str]:
    """From the first to the last, evenly."""
    total = Product.objects.count()
    made = [made_at(number) for number in range(0, total, max(1, total // EACH // 2))]
    slugs = Product.objects.filter(created_at__in=made, status=Status.PUBLISHED).order_by("id")
    return list(islice(slugs.values_list("slug", flat=True), EACH))
