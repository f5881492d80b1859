"""What a seller sold, from the newest on. The old index serves until the new one is there."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import connection, migrations, models
from django.db.models import F
from django.db.models.functions import Now

from common.database.operations import AddFieldOnce, AddIndexOnce

BATCH = 10_000
FILL = """
    UPDATE orders_orderline AS line SET ordered_at = ordered.created_at FROM orders_order AS ordered
    WHERE ordered.id = line.order_id AND line.id >= %s AND line.id < %s AND line.ordered_at <> ordered.created_at
"""


def fill(apps, schema_editor):
    """A batch a transaction, so that nobody waits for long; once more does no harm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM orders_orderline")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, BATCH):
            cursor.execute(FILL, [start, start + BATCH])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0005_refund_failed")]
    operations = [
        AddFieldOnce("orderline", "ordered_at", models.DateTimeField(db_default=Now())),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        AddIndexOnce(
            "orderline",
            models.Index(F("seller_id"), F("ordered_at").desc(), F("order_id").desc(), name="line_newest_of_seller"),
        ),
        RemoveIndexConcurrently("orderline", "line_of_seller"),
    ]
