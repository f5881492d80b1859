"""Heads of answers: what is read, and what is refused because it can be read in two ways."""

from __future__ import annotations

import pytest

from gateway_svc.gateway.errors import UpstreamGarbled
from gateway_svc.gateway.upstreams.wire import read_head


class TestReadHead:
    @pytest.mark.parametrize(
        "line", [b"HTTP/1.1 200 OK", b"HTTP/1.1 200 ", b"HTTP/1.1 200", b"HTTP/1.0 599 \xc3\xa9 x"]
    )
    def test_takes_status_lines(self, line: bytes) -> None:
        assert read_head(line, method="GET").status in {200, 599}

    @pytest.mark.parametrize(
        "block",
        [
            *(b"HTTP/1.1 099 Low", b"HTTP/1.1 999 High", b"HTTP/1.1 2000 OK", b"HTTP/1.2 200 OK", b"HTTP/2 200"),
            *(b"HTTP/1.1 200 OK\nContent-Length: 5", b"HTTP/1.1 200 O\0K", b"HTTP/1.1 101 Switching Protocols"),
            *(b"HTTP/1.1 200 OK\r\nA : b", b"HTTP/1.1 200 OK\r\nA: b\r\n folded", b"HTTP/1.1 200 OK\r\nA: b\nC: d"),
        ],
    )
    def test_refuses_what_is_not_a_head(self, block: bytes) -> None:
        with pytest.raises(UpstreamGarbled):
            read_head(block, method="GET")

    @pytest.mark.parametrize(
        "framing",
        [
            *(b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Content-Length: 5\r\nContent-Length: 6"),
            *(b"Content-Length: +5", b"Content-Length: 5, 5", b"Content-Length: ", b"Content-Length: " + b"9" * 5000),
            *(b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: Chunked\r\nTransfer-Encoding: Chunked"),
        ],
    )
    def test_refuses_lengths_that_are_not_clear(self, framing: bytes) -> None:
        with pytest.raises(UpstreamGarbled):
            read_head(b"HTTP/1.1 200 OK\r\n" + framing, method="GET")

    def test_of_what_has_no_body_has_none(self) -> None:
        assert read_head(b"HTTP/1.1 200 OK\r\nContent-Length: 5", method="HEAD").length == 0
        assert read_head(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5", method="GET").length == 0

    @pytest.mark.parametrize("status", [204, 304])
    def test_says_no_length_of_what_has_none(self, status: int) -> None:
        head = read_head(b"HTTP/1.1 %d As It Is\r\nContent-Length: 0\r\nETag: x" % status, method="GET")

        assert head.headers == [(b"etag", b"x")]

    @pytest.mark.parametrize(
        ("block", "keeps_alive"),
        [
            (b"HTTP/1.1 200 OK", True),
            (b"HTTP/1.0 200 OK", False),
            (b"HTTP/1.1 200 OK\r\nConnection: Keep-Alive, CLOSE", False),
            (b"HTTP/1.1 200 OK\r\nConnection: x-a\r\nConnection: close", False),
        ],
    )
    def test_says_whether_the_connection_stays(self, block: bytes, keeps_alive: bool) -> None:
        assert read_head(block, method="GET").keeps_alive is keeps_alive
