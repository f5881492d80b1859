"""Ranges of bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from file_svc.files import errors
from file_svc.files.api.ranges import ByteRange, requested_range


class TestRequestedRange:
    @pytest.mark.parametrize(
        ("header", "start", "length"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=0-99", 0, 100),
            ("bytes=10-", 10, 90),
            ("bytes=90-1000", 90, 10),
            ("bytes=-10", 90, 10),
            ("bytes=-1000", 0, 100),
            ("Bytes= 5-6 ", 5, 2),
        ],
    )
    def test_is_cut_to_what_there_is(self, header: str, start: int, length: int) -> None:
        assert requested_range(header, size=100) == ByteRange(start, length, 100)

    @pytest.mark.parametrize(
        "header", ["", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=1", "-5"]
    )
    def test_is_ignored_where_it_is_none(self, header: str) -> None:
        assert requested_range(header, size=100) is None

    @pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", f"bytes={'9' * 90}-"])
    def test_is_refused_beyond_the_end(self, header: str) -> None:
        with pytest.raises(errors.RangeNotSatisfiable):
            requested_range(header, size=100)

    @given(header=st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True), size=st.integers(1, 2000))
    def test_never_leaves_the_content(self, header: str, size: int) -> None:
        try:
            part = requested_range(header, size=size)
        except errors.RangeNotSatisfiable:
            return
        assert part is None or (part.start >= 0 and part.length > 0 and part.start + part.length <= size)
