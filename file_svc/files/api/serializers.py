"""Files in JSON, and the form that brings them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from common import clock
from common.api.operations import ShapedField
from common.api.serializers import IdField, Input, TextField
from file_svc.files import rules
from file_svc.files.api import links
from file_svc.files.models import StoredFile, Visibility


class UploadInput(Input):
    """The fields of an upload (multipart/form-data)."""

    file = serializers.FileField()
    purpose = serializers.ChoiceField(
        required=False,
        choices=list(rules.PURPOSES),
        help_text="Left out, a picture is one of a product, and anything else a download.",
    )
    visibility = serializers.ChoiceField(
        required=False, choices=Visibility.values, help_text="As far as the purpose allows."
    )


class FileFilters(Input):
    """The query of a list; its page and cursor are the paginator's. ``owner`` is for staff."""

    owner = IdField(required=False)
    name = TextField(required=False, trim_whitespace=False, max_length=255)
    purpose = serializers.ChoiceField(required=False, choices=list(rules.PURPOSES))


class BulkDeleteInput(Input):
    """The ids of the files to delete."""

    example = {"ids": ["0190b8c4-7f2e-7d3a-9a1e-5b0c8d4f6a21"]}

    ids = serializers.ListField(child=IdField(), allow_empty=False, max_length=100)


class ContentQuery(Input):
    """The size of a picture; and the signature in a link to private content."""

    variant = serializers.ChoiceField(required=False, choices=list(rules.VARIANTS))
    expires = serializers.CharField(required=False)
    signature = serializers.CharField(required=False)


class RemovedOutput(serializers.Serializer[Any]):
    """The ids of the files by result."""

    deleted = serializers.ListField(child=serializers.UUIDField())
    forbidden = serializers.ListField(child=serializers.UUIDField())
    not_found = serializers.ListField(child=serializers.UUIDField())


class VariantsOutput(serializers.Serializer[Any]):
    """The sizes of a picture, each null until it was generated."""

    thumb = serializers.URLField(allow_null=True)
    medium = serializers.URLField(allow_null=True)
    large = serializers.URLField(allow_null=True)


class FileOutput(serializers.ModelSerializer[StoredFile]):
    """A file's metadata, with the URLs of its content."""

    url = ShapedField(serializers.URLField())
    variants = ShapedField(VariantsOutput(allow_null=True))

    class Meta:
        model = StoredFile
        fields = [
            "id",
            "url",
            "name",
            "content_type",
            "size",
            "sha256",
            "purpose",
            "visibility",
            "width",
            "height",
            "variants",
            "created_at",
        ]

    def get_url(self, file: StoredFile) -> str:
        return content_url(file)

    def get_variants(self, file: StoredFile) -> dict[str, str | None] | None:
        """The URL of each smaller size that is made; None for what is no picture."""
        if not file.is_picture:
            return None
        variants = file.variants_by_name()
        return {name: content_url(file, variant=name) if made else None for name, made in variants.items()}


def content_url(file: StoredFile, variant: str | None = None) -> str:
    """The content's URL on the gateway's public origin; for a private file, a signed link that expires."""
    url = urljoin(settings.PUBLIC_URL, reverse("file-content", args=[file.id]))
    query = {"variant": variant} if variant else {}
    if not file.is_public:
        query |= links.signed(file.id, variant, now=clock.now())
    return f"{url}?{urlencode(query)}" if query else url
