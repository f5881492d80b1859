"""People's saved addresses."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models import TimestampedModel
from user_svc.addresses import rules
from user_svc.addresses.rules import PostalAddress


class Address(TimestampedModel):
    """An address to which a person has parcels sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses")
    full_name = models.CharField(max_length=rules.NAME_LENGTH)
    line1 = models.CharField(max_length=rules.LINE_LENGTH)
    line2 = models.CharField(max_length=rules.LINE_LENGTH, blank=True)
    city = models.CharField(max_length=rules.CITY_LENGTH, blank=True)
    region = models.CharField(max_length=rules.REGION_LENGTH, blank=True)
    postal_code = models.CharField(max_length=rules.POSTAL_CODE_LENGTH, blank=True)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=16, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="one_default_address_a_user")
        ]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="address_newest_first")]

    def __str__(self) -> str:
        return f"{self.full_name}, {self.line1}, {self.city}"

    @property
    def postal(self) -> PostalAddress:
        """The address alone, without its owner."""
        return PostalAddress(
            full_name=self.full_name,
            line1=self.line1,
            line2=self.line2,
            city=self.city,
            region=self.region,
            postal_code=self.postal_code,
            country=self.country,
            phone=self.phone,
        )

    @property
    def formatted(self) -> list[str]:
        """Its lines, as on a parcel."""
        return rules.lines_of(self.postal)
