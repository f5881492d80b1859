"""What migrations do with payments that are there already."""

import pytest

from tests.cut_off import Rerun, schema


@pytest.mark.django_db(transaction=True)
class TestRunAgain:
    @pytest.mark.parametrize("name", ["0004_given_back_by_hand", "0007_ids_in_order"])
    def test_ends_well_wherever_it_was_cut_off(self, name: str) -> None:
        whole = schema()

        ends = [schema() for _ in Rerun("payments", name).cut_off_everywhere()]

        assert all(end == whole for end in ends)
