"""What migrations do with products that are there already."""

from itertools import islice

import pytest

from tests.cut_off import Rerun, schema

A_WHOLE_INDEX = 4
"""The old one renamed, the new one made, the old one removed; all others are replaced alike."""


@pytest.mark.django_db(transaction=True)
class TestRunAgain:
    def test_ends_well_wherever_it_was_cut_off(self) -> None:
        whole = schema()
        cuts = Rerun("catalog", "0009_prices_in_indexes").cut_off_everywhere()

        ends = [schema() for _ in islice(cuts, A_WHOLE_INDEX)]

        assert all(end == whole for end in ends)
