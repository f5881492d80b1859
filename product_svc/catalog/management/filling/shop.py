"""What stands before any product is made: the tree of categories, the sellers, and which words are used how often."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID, uuid5

from product_svc.catalog.management.filling import words

_SPACE = UUID("6f1c9d0e-5a0b-4c55-9d53-6a3f0e4a7f10")
_SELLERS = 400
_EVERY_FIFTH_IN_EUROS = 5
_NAMES = 3_000

Item = TypeVar("Item")


class Zipf(Generic[Item]):
    """Items of which the second is drawn half as often as the first, the third a third as often, and so on."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, len(items) + 1)))

    def draw(self, chance: random.Random, count: int) -> list[Item]:
        """So many of them, some again and again."""
        return chance.choices(self.items, cum_weights=self._weights, k=count)


@dataclass(frozen=True)
class MadeCategory:
    """A shelf."""

    id: str
    slug: str
    name: str
    parent_id: str | None


@dataclass(frozen=True)
class MadeSeller:
    """Somebody who sells, everything in one currency."""

    id: str
    name: str
    currency: str


@dataclass(frozen=True)
class Kind:
    """What a product is, on which shelf it stands, and about what it costs."""

    noun: str
    category_id: str
    usual_minor: int


class MadeShop:
    """The shop of a seed, without its products."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(f"{seed}/shop")  # noqa: S311  no secret is made of it
        self.categories = [*_departments(), *_shelves(), *_leaves()]
        kinds = [Kind(leaf.name.lower(), leaf.id, int(100 * chance.lognormvariate(3.6, 0.9))) for leaf in _leaves()]
        chance.shuffle(kinds)
        self.kinds = Zipf(kinds)
        self.sellers = Zipf(_sellers())
        self.adjectives = Zipf(words.ADJECTIVES.split())
        self.materials = Zipf(words.MATERIALS.split())
        ranges = _invented_names()
        chance.shuffle(ranges)
        self.ranges = Zipf(ranges)


def _departments() -> Iterator[MadeCategory]:
    for name in words.DEPARTMENTS:
        yield _category(name)


def _shelves() -> Iterator[MadeCategory]:
    for department, shelves in words.DEPARTMENTS.items():
        for name in shelves:
            yield _category(name, below=[department])


def _leaves() -> Iterator[MadeCategory]:
    for department, shelves in words.DEPARTMENTS.items():
        for shelf, nouns in shelves.items():
            for noun in nouns.split():
                yield _category(noun.replace("-", " ").capitalize(), below=[department, shelf])


def _category(name: str, *, below: Sequence[str] = ()) -> MadeCategory:
    path = [*below, name]
    return MadeCategory(_id_of(path), _slug_of(path), name, _id_of(below) if below else None)


def _id_of(path: Sequence[str]) -> str:
    return str(uuid5(_SPACE, _slug_of(path)))


def _slug_of(path: Sequence[str]) -> str:
    return "-".join(path).lower().replace(" ", "-")


def _sellers() -> list[MadeSeller]:
    return [
        MadeSeller(str(uuid5(_SPACE, name)), f"{name} & Daughters", "USD" if number % _EVERY_FIFTH_IN_EUROS else "EUR")
        for number, name in enumerate(_invented_names()[:_SELLERS], start=1)
    ]


def _invented_names() -> list[str]:
    """Words that stand in no dictionary."""
    names = ["".join(part).capitalize() for part in itertools.product(words.SYLLABLES.split(), repeat=3)]
    # Neighbours differ in their last letters alone, and a tolerant search would take one for the other.
    return names[::5][:_NAMES]
