"""What was given back by hand. Each step locks payments for a moment only, and they are read while people go on paying."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models
from django.db.models import F, Q

from common.database.operations import AddConstraintNotValidOnce, AddFieldOnce, AddIndexOnce

AT_MOST_WHOLE = models.CheckConstraint(
    condition=Q(given_back_minor__gte=0, given_back_minor__lte=F("amount_minor")),
    name="payment_is_given_back_at_most_whole",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0006_newest_of_seller"), ("payments", "0003_found_by_staff")]
    operations = [
        AddFieldOnce("payment", "given_back_minor", models.BigIntegerField(db_default=0, default=0)),
        AddIndexOnce(
            "payment",
            models.Index(
                fields=["-created_at", "-id"], condition=Q(given_back_minor__gt=0), name="payment_given_back_by_hand"
            ),
        ),
        AddConstraintNotValidOnce("payment", AT_MOST_WHOLE),
        ValidateConstraint("payment", AT_MOST_WHOLE.name),
    ]
