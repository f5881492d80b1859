"""Time-ordered ids, by which new rows lie side by side in the index; indexes that another one covers are dropped."""

from django.db import migrations, models
from django.db.models import ForeignKey, deletion

from common.identity import time_ordered_id


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0006_all_read_at_once")]
    operations = [
        *(
            migrations.AlterField(
                name, "id", models.UUIDField(primary_key=True, default=time_ordered_id, editable=False, serialize=False)
            )
            for name in ("notification", "delivery")
        ),
        # Django would check the foreign key of every row again, with the table locked, which is not needed.
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS notifications_delivery_notification_id_ea8dc048",
                    migrations.RunSQL.noop,
                )
            ],
            [
                migrations.AlterField(
                    "delivery",
                    "notification",
                    ForeignKey(
                        "notifications.Notification",
                        on_delete=deletion.CASCADE,
                        related_name="deliveries",
                        db_index=False,
                    ),
                )
            ],
        ),
    ]
