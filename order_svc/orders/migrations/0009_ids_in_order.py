"""Orders made one after another stand side by side, and no index is kept that another one answers for."""

from django.db import migrations, models
from django.db.models import ForeignKey, deletion

from common.database.operations import RenameConstraintOnce
from common.identity import time_ordered_id
from order_svc.orders.models import new_number

NOTHING = migrations.RunSQL.noop


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0008_sold_by_status")]
    operations = [
        migrations.AlterField(
            "order", "id", models.UUIDField(primary_key=True, default=time_ordered_id, editable=False, serialize=False)
        ),
        # Django would check every line and number anew, with the tables locked; that nobody has to.
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS orders_orderline_order_id_17f8f3ef", NOTHING),
                migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS orders_order_number_abc9e0f2_like", NOTHING),
                RenameConstraintOnce("orders_order", "orders_order_number_key", "order_number_is_unique"),
            ],
            [
                migrations.AlterField("order", "number", models.CharField(max_length=16, default=new_number)),
                migrations.AddConstraint(
                    "order", models.UniqueConstraint(fields=["number"], name="order_number_is_unique")
                ),
                migrations.AlterField(
                    "orderline",
                    "order",
                    ForeignKey("orders.Order", on_delete=deletion.CASCADE, related_name="lines", db_index=False),
                ),
            ],
        ),
    ]
