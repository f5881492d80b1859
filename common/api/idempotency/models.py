"""The answers given to keyed requests."""

from django.db import models


class KeyedAnswer(models.Model):
    """The response to the first request with this key, given again to each repetition."""

    principal_id = models.UUIDField()
    operation = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of the canonical JSON of the request's body, in hex."""
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal_id", "operation", "key"], name="one_answer_a_key")]
