"""What is asked of the catalogue, by nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gateway_svc.gateway.asgi import Scope
from gateway_svc.gateway.cache.store import Key
from gateway_svc.gateway.exchange import Exchange

_LONGEST = 1024
# Conditions that are seldom, and that the service can judge.
_CONDITIONS = frozenset({b"if-match", b"if-modified-since", b"if-unmodified-since"})
_JSON_TYPES = frozenset({b"application/json", b"application/*", b"*/*", b""})
_PAGE_TYPES = frozenset({b"text/html", b"text/*", b"application/xhtml+xml"})


@dataclass(slots=True)
class Question:
    """A GET or HEAD. Ways of asking that mean the same have one key."""

    key: Key
    query: bytes
    if_none_match: bytes


def question_of(scope: Scope) -> Question | None:
    """None where the answer could be another than the JSON that everybody gets."""
    exchange: Exchange = scope["exchange"]
    accept = if_none_match = b""
    for name, value in exchange.headers:
        if name == b"accept":
            accept = b"%b,%b" % (accept, value) if accept else value
        elif name == b"if-none-match":
            if_none_match = b"%b,%b" % (if_none_match, value) if if_none_match else value
        elif name in _CONDITIONS:
            return None
    raw_path, query = scope["raw_path"], scope["query_string"]
    if exchange.has_body or not _takes_json(accept) or len(raw_path) + len(query) > _LONGEST:
        return None
    if query:
        query = _in_order(query)
        if b"format=" in query:  # by which a browser asks for another form
            return None
        return Question(b"%b?%b" % (raw_path, query), query, if_none_match)
    return Question(raw_path, b"", if_none_match)


def _in_order(query: bytes) -> bytes:
    """By name; of a name that is given twice the later one stays the later."""
    if b"&" not in query:
        return query
    pairs = [pair for pair in query.split(b"&") if pair]
    pairs.sort(key=_name)
    return b"&".join(pairs)


def _name(pair: bytes) -> bytes:
    return pair.partition(b"=")[0]


@lru_cache(maxsize=256)
def _takes_json(accept: bytes) -> bool:
    """JSON will do, no page would, and nothing is said of how it should be written."""
    types = set()
    for part in accept.lower().split(b","):
        media_type, _, parameters = part.partition(b";")
        if parameters.strip() and not parameters.strip().startswith(b"q="):
            return False
        types.add(media_type.strip())
    return bool(types & _JSON_TYPES) and not types & _PAGE_TYPES
