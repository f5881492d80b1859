"""Reservations are found by the index that keeps them unique; it begins with their order."""

from django.db import migrations
from django.db.models import ForeignKey, deletion


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inventory", "0002_low_at")]
    operations = [
        # Django would check every row's key anew, with the table locked; that nobody has to.
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS inventory_reservation_order_id_1704daf3",
                    migrations.RunSQL.noop,
                )
            ],
            [
                migrations.AlterField(
                    "reservation",
                    "order",
                    ForeignKey(
                        "inventory.OrderStock",
                        on_delete=deletion.PROTECT,
                        related_name="reservations",
                        db_index=False,
                    ),
                )
            ],
        ),
    ]
