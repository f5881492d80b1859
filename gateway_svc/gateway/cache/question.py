"""What is asked of the catalogue, by nobody in particular."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gateway_svc.gateway.asgi import Headers, Scope
from gateway_svc.gateway.cache.store import Key
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.middleware.hygiene import MAX_HEADER_BYTES

_LONGEST = 1024
# Conditions that are seldom, and that the service can judge.
_CONDITIONS = frozenset({b"if-match", b"if-modified-since", b"if-unmodified-since"})
_NOTED = frozenset({b"accept", b"if-none-match", b"authorization", b"host"})
_MORE_THAN_A_QUESTION = _CONDITIONS | {
    *(b"cookie", b"content-length", b"content-type", b"transfer-encoding", b"expect", b"upgrade"),
    *(b"connection", b"x-forwarded-proto"),
}
# What browsers and proxies say nearly always. Whoever came in the clear has to be led to where one does not.
_USUAL = frozenset({(b"connection", b"keep-alive"), (b"x-forwarded-proto", b"https")})
# As numbers: looking for bytes in bytes raises and discards an exception on the way.
_COMMA, _AMPERSAND = ord(","), ord("&")
_JSON_TYPES = frozenset({b"application/json", b"application/*", b"*/*", b""})
_PAGE_TYPES = frozenset({b"text/html", b"text/*", b"application/xhtml+xml"})


class Question:
    """A GET or HEAD. Ways of asking that mean the same have one key."""

    __slots__ = ("authorization", "if_none_match", "key", "query")

    def __init__(self, key: Key, query: bytes, if_none_match: bytes, authorization: bytes | None) -> None:
        self.key = key
        self.query = query
        self.if_none_match = if_none_match
        self.authorization = authorization
        """Who asks, where they say so and it was not looked at yet; to the answer it makes no difference."""


def question_of(scope: Scope) -> Question | None:
    """What somebody asks who has been let in; None where the answer could be another than everybody's JSON."""
    exchange: Exchange = scope["exchange"]
    return None if exchange.has_body else _read(scope, exchange.headers, _CONDITIONS)


def plain_question_of(scope: Scope) -> Question | None:
    """What somebody asks who has just come; None where they bring more than a question and a token: a cookie, say."""
    return _read(scope, scope["headers"], _MORE_THAN_A_QUESTION)


def _read(scope: Scope, headers: Headers, refused: frozenset[bytes]) -> Question | None:
    noted: dict[bytes, bytes] = {}
    size = 0
    for name, value in headers:
        size += len(name) + len(value)
        if name in _NOTED:
            noted[name] = b"%b,%b" % (noted[name], value) if name in noted else value
        elif name in refused and (name, value) not in _USUAL:
            return None
    raw_path, query = scope["raw_path"], scope["query_string"]
    if size > MAX_HEADER_BYTES or len(raw_path) + len(query) > _LONGEST or not _is_plain(noted):
        return None
    key = raw_path
    if query:
        query = _in_order(query)
        if b"format=" in query:  # by which a browser asks for another form
            return None
        key = b"%b?%b" % (raw_path, query)
    return Question(key, query, noted.get(b"if-none-match", b""), noted.get(b"authorization"))


def _is_plain(noted: Mapping[bytes, bytes]) -> bool:
    """It asks one host, and JSON will do."""
    return _COMMA not in noted.get(b"host", b"") and _takes_json(noted.get(b"accept", b""))


def _in_order(query: bytes) -> bytes:
    """By name; of a name that is given twice the later one stays the later."""
    if _AMPERSAND not in query:
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
