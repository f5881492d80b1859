"""What the gateway keeps for a browser."""

from django.db import models


class BrowserSession(models.Model):
    """One sign-in of one browser. Neither its cookie nor its tokens can be read from this row alone."""

    digest = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of the cookie."""
    user_id = models.CharField(max_length=64)
    session_id = models.CharField(max_length=64)
    """What user_svc calls the sign-in."""
    sealed_access = models.TextField()
    sealed_refresh = models.TextField()
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        # What those who run the shop look sign-ins up by.
        indexes = [
            models.Index(fields=["user_id"], name="browser_of_user"),
            models.Index(fields=["session_id"], name="browser_of_session"),
        ]

    def __str__(self) -> str:
        return self.session_id
