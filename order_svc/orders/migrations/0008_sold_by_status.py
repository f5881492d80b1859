"""What a seller sold, of one status, from the newest on: lines know how far their order has come."""

from django.db import connection, migrations, models
from django.db.models import F

from common.database.operations import AddFieldOnce, AddIndexOnce

BATCH = 5_000
# By the database itself, so that it is so whoever moves an order on: also processes of before, during an update.
FOLLOW = """
    CREATE OR REPLACE FUNCTION orders_lines_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE orders_orderline SET order_status = NEW.status WHERE order_id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER orders_lines_follow AFTER UPDATE OF status ON orders_order
        FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION orders_lines_follow();
"""
STAY = """
    DROP TRIGGER IF EXISTS orders_lines_follow ON orders_order;
    DROP FUNCTION IF EXISTS orders_lines_follow();
"""
# The orders are locked first, as everywhere: nobody moves one on while what it was is written to its lines.
FILL = """
    WITH ordered AS MATERIALIZED (
        SELECT id, status FROM orders_order
        WHERE id IN (SELECT order_id FROM orders_orderline WHERE id >= %s AND id < %s) ORDER BY id FOR SHARE
    )
    UPDATE orders_orderline AS line SET order_status = ordered.status FROM ordered
    WHERE ordered.id = line.order_id AND line.order_status <> ordered.status
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
    dependencies = [("orders", "0007_refunds_in_parts")]
    operations = [
        AddFieldOnce(
            "orderline",
            "order_status",
            models.CharField(
                choices=[
                    ("placed", "Placed"),
                    ("confirmed", "Confirmed"),
                    ("shipped", "Shipped"),
                    ("delivered", "Delivered"),
                    ("cancelled", "Cancelled"),
                ],
                db_default="placed",
                default="placed",
                editable=False,
                max_length=16,
            ),
        ),
        migrations.RunSQL(FOLLOW, STAY),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        AddIndexOnce(
            "orderline",
            models.Index(
                F("seller_id"),
                F("order_status"),
                F("ordered_at").desc(),
                F("order_id").desc(),
                name="line_newest_of_seller_status",
            ),
        ),
    ]
