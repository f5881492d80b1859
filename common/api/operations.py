"""What each operation of an API takes and gives: said beside the method, read by the API's document and pages.

::

    @operation(takes=AddressInput, gives=AddressOutput, status=201, refuses=[errors.TooManyAddresses])
    def post(self, request: Request) -> Response: ...

What follows from the rest of a view is not said again: its address, who may call it, what every request can be refused
for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from rest_framework import serializers

from common.errors import DomainError

_METHOD = r"\b(?:GET|POST|PUT|PATCH|DELETE)\b"
_SAID_OF_A_METHOD = re.compile(rf"({_METHOD})\s+(.*?)(?=[\s,;.]*(?:{_METHOD}|\Z))", re.DOTALL)

Shape = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any]
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header that means something to an operation."""

    name: str
    description: str
    example: str = ""
    is_required: bool = False


CART_TOKEN = Header(name="X-Cart-Token", description="The token of a guest's cart, from the first response to it.")
IF_NONE_MATCH = Header(name="If-None-Match", description="The ETag of an earlier response; 304 if unchanged.")
ETAG = Header(name="ETag", description="The entity tag, for `If-None-Match`.")
LOCATION = Header(name="Location", description="The URL of the new resource.")
KEY = Header(
    name="Idempotency-Key",
    description="1 to 255 visible ASCII characters, new for each operation: a repeated request is performed once.",
    example="3f0c1d2e-order",
    is_required=True,
)
OPTIONAL_KEY = Header(name=KEY.name, description=KEY.description, example=KEY.example)


class Content:
    """What an operation gives that is no JSON: the bytes of a file, under their own type."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of a view."""

    takes: Shape | None = None
    """The body; ``XInput(partial=True)`` where any part of it will do."""
    query: Shape | None = None
    gives: Shape | type[Content] | None = None
    status: int = 200
    or_statuses: tuple[int, ...] = ()
    """Further ones that mean success."""
    refuses: tuple[type[DomainError], ...] = ()
    """Beyond what any such request can be refused for."""
    headers: tuple[Header, ...] = ()
    """What a request may carry."""
    marks: tuple[Header, ...] = ()
    """The headers of the answer."""

    @property
    def is_paged(self) -> bool:
        """It gives a part of a list at a time."""
        return isinstance(self.gives, type) and issubclass(self.gives, CursorPage)


def operation(
    *,
    takes: Shape | None = None,
    query: Shape | None = None,
    gives: Shape | type[Content] | None = None,
    status: int | None = None,
    or_statuses: Sequence[int] = (),
    refuses: Sequence[type[DomainError]] = (),
    headers: Sequence[Header] = (),
    marks: Sequence[Header] = (),
) -> Callable[[Method], Method]:
    """Say it of a method; its status is 200, or 204 where it gives nothing."""
    said = Operation(
        takes=takes,
        query=query,
        gives=gives,
        status=status or (200 if gives else 204),
        or_statuses=tuple(or_statuses),
        refuses=tuple(refuses),
        headers=tuple(headers),
        marks=tuple(marks),
    )

    def mark(method: Method) -> Method:
        method.operation = said  # type: ignore[attr-defined]
        return method

    return mark


def summary_of(view: type, method: str) -> str:
    """What the first paragraph of a view's docstring says of a method, as in ``GET returns a thing, PATCH updates a
    thing.``; empty for nothing.
    """
    first = (view.__doc__ or "").partition("\n\n")[0]
    summary = " ".join(dict(_SAID_OF_A_METHOD.findall(first)).get(method, "").split())
    return summary[:1].upper() + summary[1:]


def operation_of(view: object, method: str) -> Operation | None:
    """What was said of a view's method; None when nothing was."""
    said: Operation | None = getattr(getattr(view, method.lower(), None), "operation", None)
    return said


class Page(serializers.Serializer[Any]):
    """A page of a list; `next` and `previous` are the URLs of its neighbours, or null."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class CursorPage(Page):
    """Some of a list; `next` and `previous` say where it goes on."""


@lru_cache
def page_of(shape: type[serializers.Serializer[Any]]) -> type[CursorPage]:
    """The page of a list of these."""
    name = f"{shape.__name__.removesuffix('Output')}Page"
    results = shape(many=True)
    members = {"results": results, "__module__": shape.__module__, "__doc__": CursorPage.__doc__}
    return type(name, (CursorPage,), members)


class OneOf(serializers.Serializer[Any]):
    """One of several shapes; which of them, depends on who asks."""

    shapes: ClassVar[tuple[type[serializers.Serializer[Any]], ...]]


class ShapedField(serializers.SerializerMethodField):
    """What a method of the serializer gives, which has the shape of another field or serializer."""

    def __init__(self, shape: Any, **kwargs: Any) -> None:
        self.shape = shape
        super().__init__(**kwargs)


class AsItIsField(serializers.ReadOnlyField):
    """What was kept, given as it is; it has the shape of another field or serializer."""

    def __init__(self, shape: Any, **kwargs: Any) -> None:
        self.shape = shape
        super().__init__(**kwargs)
