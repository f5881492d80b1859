"""Since when the sandbox has a charge, and an index of that, made while people go on paying.

A database in which an earlier form of 0005 did so has both already.
"""

from django.db import migrations, models
from django.db.models.functions import Now

from common.database.operations import AddFieldOnce, AddIndexOnce

NAMED_BY_DJANGO = "payments_sandboxcharge_created_at_569c61d9"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payments", "0009_times_reported")]
    operations = [
        AddFieldOnce("sandboxcharge", "created_at", models.DateTimeField(db_default=Now())),
        migrations.SeparateDatabaseAndState(
            [AddIndexOnce("sandboxcharge", models.Index(fields=["created_at"], name=NAMED_BY_DJANGO))],
            [
                migrations.AlterField(
                    "sandboxcharge", "created_at", models.DateTimeField(db_default=Now(), db_index=True)
                )
            ],
        ),
    ]
