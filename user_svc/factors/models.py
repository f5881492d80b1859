"""Second factors: one-time codes, passkeys, and the recovery codes for when both are lost."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from common.models import TimestampedModel
from user_svc.factors import rules

CREDENTIAL_IS_UNIQUE = "passkey_credential_is_unique"


class Totp(TimestampedModel):
    """The secret from which a person's authenticator computes one-time codes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="totp")
    sealed_secret = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    """When a first code showed that the authenticator has the secret; codes are accepted from then on."""
    last_step = models.BigIntegerField(default=0)
    """The time step of the newest code that was used: none is accepted twice (RFC 6238, 5.2)."""


class Passkey(TimestampedModel):
    """The public half of a key pair that a person's authenticator holds (WebAuthn, 4: credential record)."""

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
    """A code that replaces a lost factor once; there are none without a factor. Only a digest of it is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
