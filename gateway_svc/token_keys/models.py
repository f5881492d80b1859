"""What the gateway remembers of the keys of access tokens."""

from django.db import models


class KeptKeys(models.Model):
    """What user_svc published last: public keys alone, in JSON (RFC 7517)."""

    source = models.TextField(primary_key=True)
    """The URLs where it was asked: whoever is sent to another user_svc knows no key of that one."""
    document = models.TextField()
    heard_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.source
