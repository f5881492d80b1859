"""Second factors: one-time codes, passkeys, and the recovery codes for when both are lost."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from common.models import TimestampedModel
from user_svc.factors import rules

CREDENTIAL_IS_UNIQUE = "passkey_credential_is_unique"


class Totp(TimestampedModel):
    """What somebody's authenticator makes one-time codes of."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="totp")
    sealed_secret = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    """When a first code showed that the authenticator has the secret; codes count from then on."""
    last_step = models.BigIntegerField(default=0)
    """The time step of the newest code that was taken: none is taken twice (RFC 6238, 5.2)."""


class Passkey(TimestampedModel):
    """The public half of a key pair that somebody's authenticator holds (WebAuthn, 4: credential record)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=rules.NAME_LENGTH)
    credential_id = models.BinaryField(max_length=1023)
    credential_data = models.BinaryField()
    """The attested credential data: the id again, the public key, and the kind of authenticator."""
    sign_count = models.BigIntegerField()
    is_synced = models.BooleanField()
    """Whether its owner's devices share it (backup eligible)."""
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credential_id"], name=CREDENTIAL_IS_UNIQUE)]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="passkey_newest_first")]


class RecoveryCode(models.Model):
    """A code that stands in once for a lost factor; there are none without one. Only a digest of it is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
