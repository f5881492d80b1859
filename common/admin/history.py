"""The history of an admin, for what is done beside its buttons."""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from common.admin.models import Operator

_LONGEST_NAME = 200


def write_down(person: Operator, row: Model, message: str) -> None:
    """What somebody known did with a row; it counts when what they did does."""
    LogEntry.objects.create(
        user_id=person.pk,
        content_type=ContentType.objects.get_for_model(row),
        object_id=row.pk,
        object_repr=str(row)[:_LONGEST_NAME],
        action_flag=CHANGE,
        change_message=message,
    )
