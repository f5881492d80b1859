"""What is told one after another stands side by side, and no index is kept that another one answers for."""

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
        # Django would check every row's key anew, with the table locked; that nobody has to.
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
