"""Reading the head of an HTTP/1.1 answer (RFC 9112): strictly, since a doubtful one may be read otherwise elsewhere."""

from __future__ import annotations

import re
from functools import lru_cache

from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.errors import UpstreamGarbled

MAX_HEAD_BYTES = 64 * 1024
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?")
# Of any body there is; Python reads no number of more than 4,300 digits.
_LONGEST_LENGTH = 18
_TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
# The same few lines come again and again.
_SHORT = 64
_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"connection"})
_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection te trailer transfer-encoding upgrade proxy-authenticate".split()
)
# The gateway is the server that the client sees, has a clock, and names the request itself.
_NOT_PASSED_ON = _HOP_BY_HOP | {b"server", b"date", b"x-request-id"}
_USUAL = frozenset({b"close", b"keep-alive"})
_WITHOUT_BODY = frozenset({204, 304})


class Head:
    """The beginning of an answer, and how its body will end."""

    __slots__ = ("headers", "is_chunked", "keeps_alive", "length", "status")

    def __init__(
        self, status: int, headers: Headers, *, length: int | None, is_chunked: bool, keeps_alive: bool
    ) -> None:
        self.status = status
        self.headers = headers
        """Those that go on to the client."""
        self.length = length
        """Of the body; None while only its end will tell."""
        self.is_chunked = is_chunked
        self.keeps_alive = keeps_alive

    @property
    def is_bare_refusal(self) -> bool:
        """No more than a number: of a server that never showed the request to what is behind it."""
        return self.status >= 400 and self.length == 0 and all(name != b"content-type" for name, _ in self.headers)


def read_head(block: bytes, *, method: str) -> Head:
    """The head without its empty line. Raises UpstreamGarbled."""
    lines = block.split(b"\r\n")
    status = _status(lines[0])
    headers, framing = _headers(lines)
    coding, length = framing.get(b"transfer-encoding"), framing.get(b"content-length")
    words = framing.get(b"connection", b"").lower()
    if words and words not in _USUAL:
        named = {word.strip() for word in words.split(b",")}
        headers = [header for header in headers if header[0] not in named]
    if status in _WITHOUT_BODY:  # whoever is told a length takes it for that of what they have (RFC 9110, section 8.6)
        headers = [header for header in headers if header[0] != b"content-length"]
    return Head(
        status=status,
        headers=headers,
        length=_length(status, method, coding, length),
        is_chunked=coding is not None and method != "HEAD",
        keeps_alive=lines[0].startswith(b"HTTP/1.1") and words.find(b"close") < 0,
    )


@lru_cache(maxsize=64)
def _status(line: bytes) -> int:
    match = _STATUS_LINE.fullmatch(line)
    # We never ask to switch protocols, so what follows a 101 would be no HTTP.
    if match is None or match[1] == b"101":
        raise UpstreamGarbled(f"not a status line: {line[:40]!r}")
    return int(match[1])


def _headers(lines: list[bytes]) -> tuple[Headers, dict[bytes, bytes]]:
    """All that go on, and those that say how long the body is and whether the connection stays."""
    headers: Headers = []
    framing: dict[bytes, bytes] = {}
    for line in lines[1:]:
        header = _known(line) if len(line) <= _SHORT else _header(line)
        name = header[0]
        if name in _FRAMING:
            _note(framing, name, header[1])
        if name not in _NOT_PASSED_ON:
            headers.append(header)
    return headers, framing


def _header(line: bytes) -> tuple[bytes, bytes]:
    """Its name in lower case, and its value."""
    raw, colon, value = line.partition(b":")
    name = raw.lower()
    if not name or name.translate(None, _TOKEN):
        raise UpstreamGarbled(f"not the name of a header: {raw[:40]!r}")
    value = value.strip(b" \t")
    if not colon or b"\n" in value or b"\r" in value or b"\0" in value:
        raise UpstreamGarbled(f"not a header: {line[:40]!r}")
    return name, value


_known = lru_cache(maxsize=1024)(_header)


def _note(framing: dict[bytes, bytes], name: bytes, value: bytes) -> None:
    known = framing.get(name)
    if known is None:
        framing[name] = value
    elif name == b"connection":
        framing[name] = known + b"," + value
    elif name == b"transfer-encoding" or known != value:
        raise UpstreamGarbled(f"two values of {name!r}")


def _length(status: int, method: str, coding: bytes | None, length: bytes | None) -> int | None:
    """RFC 9112, section 6.3."""
    if coding is not None and (length is not None or coding.lower() != b"chunked"):
        raise UpstreamGarbled("the length of the body is not clear")
    if length is not None and (not length.isdigit() or len(length) > _LONGEST_LENGTH):
        raise UpstreamGarbled(f"not a length: {length[:40]!r}")
    if method == "HEAD" or status in _WITHOUT_BODY:
        return 0
    return int(length) if length is not None else None
