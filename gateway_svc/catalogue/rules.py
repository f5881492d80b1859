"""Groups: what is kept of the catalogue belongs to some, and a change makes all of a group old.

A page of a product belongs to the product, by its id and by its slug; everything that lists products to one group,
since any change may move what it shows; the tree of categories, with each branch of it, to another.
"""

from __future__ import annotations

from collections.abc import Iterable

Groups = frozenset[str]

LISTS = "lists"
CATEGORIES = "categories"
EVERYTHING = "*"

PRODUCTS_PATH = "/api/v1/products/"
CATEGORIES_PATH = "/api/v1/categories/"
INVENTORY_PATH = "/api/v1/inventory/"
HOME_PATH = "/api/v1/home/"

_READ_BELOW = (PRODUCTS_PATH, CATEGORIES_PATH)
_OF_LISTS = frozenset({LISTS})
_OF_CATEGORIES = frozenset({CATEGORIES})
_OF_BOTH = frozenset({LISTS, CATEGORIES})


def is_read_at(path: str) -> bool:
    """Whether something of the catalogue is read at this path."""
    return path.startswith(_READ_BELOW) or path == HOME_PATH


def groups_of(path: str) -> Groups:
    """Those of what is read at this path of the catalogue."""
    if path.startswith(PRODUCTS_PATH):
        key = path[len(PRODUCTS_PATH) :].partition("/")[0]
        return frozenset({page_of(key)}) if key else _OF_LISTS
    return _OF_BOTH if path == HOME_PATH else _OF_CATEGORIES


def groups_written_at(path: str) -> Groups:
    """Those that a change made at this path can make old; empty where it changes nothing of the catalogue."""
    if path.startswith(PRODUCTS_PATH):
        return _OF_LISTS | groups_of(path)
    # A category stands on the pages of its products, and of a SKU nobody knows here which product it is.
    return frozenset({EVERYTHING}) if path.startswith((CATEGORIES_PATH, INVENTORY_PATH)) else frozenset()


def page_of(key: str) -> str:
    """The group of a product's page, the product being called by its id or by its slug."""
    return f"product:{key.lower()}"


def pages_of(keys: Iterable[str]) -> set[str]:
    """The groups of the pages of products, called by their ids and slugs."""
    return {page_of(key) for key in keys if key}
