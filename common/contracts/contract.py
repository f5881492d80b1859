"""Contracts, the schemas of facts, and the envelope that a fact travels in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

import msgspec

_NAME = re.compile(r"^[a-z]+\.[a-z]+(_[a-z]+)*\.v[1-9][0-9]*$")
_contracts: dict[str, type[Contract]] = {}


class UnreadableFact(Exception):
    """What arrived is not a fact that this contract describes; trying again cannot help."""


def personal() -> Any:
    """Mark a field as personal data: never logged, and forgotten when the person asks."""
    return field(metadata={"personal": True})


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A fact in the past tense, of primitives, under a versioned name.

    A subclass declares its ``name`` (``<noun plural>.<past tense>.v<major>``), its ``aggregate`` (the field that
    identifies what the fact is about; facts of one aggregate are sent in order) and whether it is ``required``: at
    least one queue must take it, so an unroutable one stays in the outbox and is sent again. New fields need defaults;
    any other change is a new ``v2``.
    """

    name: ClassVar[str]
    aggregate_field: ClassVar[str]
    required: ClassVar[bool]

    version: int
    """Of the aggregate; rises with each of its facts. Copies keep the highest they have seen."""

    def __init_subclass__(cls, *, name: str, aggregate: str, required: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not _NAME.match(name):
            raise TypeError(f"{name!r} is not <noun plural>.<past tense>.v<major>")
        if name in _contracts:
            raise TypeError(f"two contracts are called {name!r}")
        cls.name, cls.aggregate_field, cls.required = name, aggregate, required
        _contracts[name] = cls

    @property
    def aggregate(self) -> str:
        """The id of what this fact is about."""
        return str(getattr(self, self.aggregate_field))

    def data(self) -> dict[str, Any]:
        """Its own fields, without those that travel in the envelope."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        del data["version"]
        return data

    @classmethod
    def personal_fields(cls) -> tuple[str, ...]:
        """The names of the fields that hold personal data."""
        return tuple(f.name for f in fields(cls) if f.metadata.get("personal"))

    @classmethod
    def of(cls, *, version: int, data: Mapping[str, Any]) -> Self:
        """Read a fact as it arrived: unknown fields are ignored, missing ones take their defaults.

        Raises UnreadableFact when a field is missing or of another type.
        """
        try:
            return msgspec.convert({**data, "version": version}, cls)
        except msgspec.ValidationError as error:
            raise UnreadableFact(f"{cls.name}: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Fact:
    """The envelope: what every fact carries besides its own data."""

    id: str
    name: str
    aggregate: str
    version: int
    occurred_at: str
    request_id: str
    traceparent: str
    data: dict[str, Any]

    @classmethod
    def read(cls, body: Any) -> Self:
        """Read an envelope as it arrived. Raises UnreadableFact."""
        try:
            return msgspec.convert(body, cls)
        except msgspec.ValidationError as error:
            raise UnreadableFact(f"not a fact's envelope: {error}") from error

    def contract(self) -> Contract:
        """The fact itself. Raises UnreadableFact for a name without a contract, or data that does not fit it."""
        try:
            contract = _contracts[self.name]
        except KeyError:
            raise UnreadableFact(f"no contract is called {self.name!r}") from None
        return contract.of(version=self.version, data=self.data)


def all_contracts() -> tuple[type[Contract], ...]:
    """Every contract, by name."""
    return tuple(_contracts[name] for name in sorted(_contracts))
