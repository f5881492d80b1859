"""Ids that stand side by side when they were made one after another."""

from __future__ import annotations

import time
from uuid import RFC_4122, uuid4

from common.identity import time_ordered_id
from common.models import TimestampedModel


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


class TestTimeOrderedId:
    def test_is_of_version_7(self) -> None:
        made = time_ordered_id()

        assert (made.version, made.variant) == (7, RFC_4122)

    def test_begins_with_the_millisecond_it_was_made_in(self) -> None:
        before = _milliseconds()

        made = time_ordered_id()

        assert before <= made.int >> 80 <= _milliseconds()

    def test_shares_nothing_else_with_those_of_the_same_moment(self) -> None:
        made = [time_ordered_id().int for _ in range(1000)]

        drawn = {(each >> 64 & 0xFFF, each & (1 << 62) - 1) for each in made}

        assert len(drawn) == 1000
        assert any(each >> 61 & 1 for each in made)  # the bit beside the variant is drawn, too
        assert any(each >> 75 & 1 for each in made)  # as is the one beside the version


class TestOtherIds:
    def test_do_not_tell_when_they_were_made(self) -> None:
        assert TimestampedModel._meta.get_field("id").default is uuid4
