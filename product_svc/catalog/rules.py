"""Limits, names and prices of what is for sale."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import nh3
from babel.core import get_global

from common.errors import InvalidInput
from common.money import Money
from common.person import Person

HOUSE_SELLER_ID = UUID("00000000-0000-4000-8000-000000000001")
HOUSE_SELLER_NAME = "OpenCommerce"
"""Who sells what staff put into the shop without naming a seller."""

MAX_NAME = 100
MAX_SELLER_NAME = 200
MAX_TITLE = 200
MAX_SLUG = 120
MAX_DESCRIPTION = 20_000
MAX_SKU = 64
MAX_VARIANTS = 100
MAX_IMAGES = 20
MAX_STOCK = 1_000_000
MAX_ATTRIBUTES = 50
MAX_ATTRIBUTE_NAME = 64
MAX_ATTRIBUTE_VALUE = 500
MAX_SEARCH = 200
MAX_SEARCH_WORD = 64
MAX_CATEGORY_DEPTH = 8

SKU = r"^[A-Za-z0-9._-]{1,64}\Z"

_MARKUP = re.compile(r"<(?:[A-Za-z/!?]|\Z)")
"""What opens a tag or a comment (the tag open state of the HTML standard), or would do so with what a page adds."""

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_TAGS = (
    "a abbr b blockquote br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins li mark ol p pre q s small span"
    " strong sub sup table tbody td tfoot th thead tr u ul"
)
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS.split()),
    attributes={"a": {"href"}, "abbr": {"title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}},
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel="nofollow noopener noreferrer",
)
"""What a description may look like: text with structure, but without pictures, layout, forms and anything that acts."""

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_TITLE_IN_SLUG = 80

USUAL_PLACES = 2
UNUSUAL_PLACES = {
    code: places for code, (places, *_) in get_global("currency_fractions").items() if places != USUAL_PLACES
}
"""How many decimals the currencies have that do not have two."""
UNUSUAL_CURRENCIES = {
    places: sorted(code for code, its_places in UNUSUAL_PLACES.items() if its_places == places)
    for places in sorted(set(UNUSUAL_PLACES.values()))
}
COMPARABLE_PLACES = max(UNUSUAL_CURRENCIES)
"""Enough to write any currency's amounts as whole numbers."""


@dataclass(frozen=True, kw_only=True)
class ImageDraft:
    """A picture that a product is to be shown with."""

    file_id: UUID
    alt: str = ""


@dataclass(frozen=True, kw_only=True)
class VariantDraft:
    """A variant as somebody wants it to be."""

    sku: str
    title: str = ""
    price: Money | None = None
    stock: int = 0
    """How many there are at first; means nothing for a SKU that exists already."""
    attributes: Mapping[str, str] = field(default_factory=dict)


def may_change(person: Person, *, seller_id: UUID) -> bool:
    """A product is its seller's and the house's."""
    return person.is_staff or person.id == seller_id


def is_id(key: str) -> bool:
    """Whether a key in an address is an id; otherwise it is a slug."""
    return _UUID.match(key) is not None


def slugs_for(title: str, product_id: UUID) -> Iterator[str]:
    """What a product may be called in addresses, the nicest first; the last is as unique as its id."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:_TITLE_IN_SLUG].strip("-")
    if slug and not is_id(slug):
        yield slug
    stem = slug or "product"
    yield f"{stem}-{product_id.hex[:6]}"
    yield f"{stem}-{product_id.hex}"


def sku_for(product_id: UUID) -> str:
    """The SKU of a product whose seller gave it none."""
    return f"P-{product_id.hex[:16].upper()}"


def clean_description(description: str) -> str:
    """The description as harmless HTML; cleaning it again changes nothing. Raises InvalidInput when it is too long.

    A text without any markup stays as it was typed: as HTML it reads the same, and as plain text it is not escaped.
    """
    clean = _CLEANER.clean(description) if _MARKUP.search(description) else description
    if len(clean) > MAX_DESCRIPTION:
        raise InvalidInput(errors={"description": [f"It has more than {MAX_DESCRIPTION} characters as clean HTML."]})
    return clean


def has_control_characters(text: str) -> bool:
    """Whether there are any but tabs and line breaks."""
    return _CONTROL_CHARACTERS.search(text) is not None


def label_of(attributes: Mapping[str, str]) -> str:
    """What a variant is called by what sets it apart: ``Rust / Large``."""
    return " / ".join(attributes.values())[:MAX_TITLE]


def require_prices(price: Money, variants: Iterable[Money | None]) -> None:
    """A product is sold in one currency, and nothing is given away."""
    _require_positive(price, "price")
    for index, own in enumerate(variants):
        if own is None:
            continue
        path = f"variants.{index}.price"
        _require_positive(own, path)
        if own.currency != price.currency:
            raise InvalidInput(errors={path: [f"The product is sold in {price.currency}."]})


def _require_positive(price: Money, path: str) -> None:
    if price.minor <= 0:
        raise InvalidInput(errors={path: ["A price is more than nothing."]})


def require_distinct_variants(drafts: Sequence[VariantDraft]) -> None:
    """A product names each SKU once, and no two of its variants are the same thing to whoever chooses."""
    skus: set[str] = set()
    shapes: set[frozenset[tuple[str, str]]] = set()
    for index, draft in enumerate(drafts):
        if draft.sku in skus:
            raise InvalidInput(errors={f"variants.{index}.sku": ["This SKU stands here twice."]})
        shape = frozenset(draft.attributes.items())
        if shape and shape in shapes:
            raise InvalidInput(errors={f"variants.{index}.attributes": ["Another variant has the same attributes."]})
        skus.add(draft.sku)
        shapes.add(shape)


def require_place(category: UUID, parent: UUID | None, parents: Mapping[UUID, UUID | None]) -> None:
    """A category, with all that stands below it, can stand below this parent: in a tree that people can still walk."""
    if parent in branch_of(category, parents):
        raise InvalidInput(errors={"parent": ["A category cannot stand below itself."]})
    if _depth_of(parent, parents) + _height_of(category, parents) > MAX_CATEGORY_DEPTH:
        raise InvalidInput(errors={"parent": [f"Categories are at most {MAX_CATEGORY_DEPTH} deep."]})


def branch_of(root: UUID, parents: Mapping[UUID, UUID | None]) -> set[UUID]:
    """A category and all that stand below it."""
    return {category for level in _levels(root, parents) for category in level}


def line_of(category: UUID | None, parents: Mapping[UUID, UUID | None]) -> Iterator[UUID]:
    """A category and all that it stands below; of none, nothing."""
    while category is not None:
        yield category
        category = parents.get(category)


def _height_of(root: UUID, parents: Mapping[UUID, UUID | None]) -> int:
    return len(list(_levels(root, parents)))


def _depth_of(category: UUID | None, parents: Mapping[UUID, UUID | None]) -> int:
    return len(list(line_of(category, parents)))


def _levels(root: UUID, parents: Mapping[UUID, UUID | None]) -> Iterator[list[UUID]]:
    """A category, then its children, then theirs, and so on."""
    children: dict[UUID | None, list[UUID]] = {}
    for category, parent in parents.items():
        children.setdefault(parent, []).append(category)
    level = [root]
    while level:
        yield level
        level = [child for category in level for child in children.get(category, ())]
