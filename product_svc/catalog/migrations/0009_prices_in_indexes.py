"""The price at the end of each order's indexes. The old ones serve until the new ones are there."""

from collections.abc import Iterator

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from common.database.operations import AddIndexOnce, RenameIndexOnce

RATED = Coalesce("rating_average", Value(0, models.DecimalField()))
ORDERS = {
    "age": (F("created_at").desc(), F("id").desc()),
    "rating": (RATED.desc(), F("rating_count").desc(), F("created_at").desc(), F("id").desc()),
}
PUBLISHED = Q(status="published")


def replacements() -> Iterator[Operation]:
    for order, keys in ORDERS.items():
        for narrowed in ((), ("category",), ("seller",), ("is_in_stock",)):
            name = f"published_{'_'.join(narrowed) or 'by'}_{order}"
            index = models.Index(*map(F, narrowed), *keys, F("comparable_price"), condition=PUBLISHED, name=name)
            yield RenameIndexOnce("product", old_name=name, new_name=f"{name}_0"[-30:])
            yield AddIndexOnce("product", index)
            yield RemoveIndexConcurrently("product", f"{name}_0"[-30:])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalog", "0008_named_up_to")]
    operations = list(replacements())
