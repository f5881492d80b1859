"""What migrations do with payments that are there already."""

import pytest
from django.db import migrations, models
from django.db.models.functions import Now

from common.database.operations import AddFieldOnce
from tests.common.events.conftest import database_url
from tests.cut_off import Rerun, begin_index, schema

MADE_AT = models.DateTimeField(db_default=Now())


@pytest.mark.django_db(transaction=True)
class TestRunAgain:
    @pytest.mark.parametrize("name", ["0004_given_back_by_hand", "0007_ids_in_order", "0010_charges_by_time"])
    def test_ends_well_wherever_it_was_cut_off(self, name: str) -> None:
        whole = schema()

        ends = [schema() for _ in Rerun("payments", name).cut_off_everywhere()]

        assert all(end == whole for end in ends)

    def test_makes_an_index_that_was_only_begun(self) -> None:
        whole, migration = schema(), Rerun("payments", "0010_charges_by_time")
        migration.take_back()
        migration.run_instead(AddFieldOnce("sandboxcharge", "created_at", MADE_AT))
        index = "payments_sandboxcharge_created_at_569c61d9"
        begin_index(
            database_url(),
            "payments_sandboxcharge",
            f"CREATE INDEX CONCURRENTLY {index} ON payments_sandboxcharge (created_at)",
        )

        migration.run()

        assert schema() == whole

    def test_leaves_alone_what_an_earlier_form_of_it_made(self) -> None:
        whole, migration = schema(), Rerun("payments", "0010_charges_by_time")
        migration.take_back()
        found_by_it = models.DateTimeField(db_default=Now(), db_index=True)
        migration.run_instead(migrations.AddField("sandboxcharge", "created_at", found_by_it))

        migration.run()

        assert schema() == whole
