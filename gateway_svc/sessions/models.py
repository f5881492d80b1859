"""What the gateway remembers of sign-ins."""

from django.db import models


class EndedSession(models.Model):
    """A sign-in whose access tokens are refused although they have not expired."""

    session_id = models.CharField(max_length=64, primary_key=True)
    user_id = models.CharField(max_length=64)
    ended_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["user_id"], name="ended_session_of_user")]

    def __str__(self) -> str:
        return self.session_id
