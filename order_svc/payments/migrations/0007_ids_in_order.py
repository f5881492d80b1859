"""Payments made one after another stand side by side, and no index is kept that another one answers for."""

from django.db import migrations, models

from common.database.operations import RenameConstraintOnce
from common.identity import time_ordered_id


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payments", "0006_open_reports")]
    operations = [
        migrations.AlterField(
            "payment",
            "id",
            models.UUIDField(primary_key=True, default=time_ordered_id, editable=False, serialize=False),
        ),
        # Django would check every key anew, with the table locked; that nobody has to.
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS payments_sandboxcharge_idempotency_key_25563f09_like",
                    migrations.RunSQL.noop,
                ),
                RenameConstraintOnce(
                    "payments_sandboxcharge", "payments_sandboxcharge_idempotency_key_key", "sandbox_charge_once_a_key"
                ),
            ],
            [
                migrations.AlterField("sandboxcharge", "idempotency_key", models.CharField(max_length=255)),
                migrations.AddConstraint(
                    "sandboxcharge",
                    models.UniqueConstraint(fields=["idempotency_key"], name="sandbox_charge_once_a_key"),
                ),
            ],
        ),
    ]
