"""What people send to fill the catalogue."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.serializers import (
    IdField,
    Input,
    LineField,
    MoneyField,
    PatternField,
    ProseField,
    SlugField,
    TextField,
)
from product_svc.catalog import rules
from product_svc.catalog.models import CHOSEN_STATUSES
from product_svc.catalog.rules import ImageDraft, VariantDraft


class ChangeCategoryInput(Input):
    """The fields of a category to update; ``parent`` is an id or a slug, or null for a root category."""

    example = {"name": "Tea pots and cups"}

    slug = SlugField(required=False, max_length=rules.MAX_SLUG)
    name = LineField(required=False, max_length=rules.MAX_NAME)
    parent = SlugField(required=False, allow_null=True, max_length=rules.MAX_SLUG)

    def validate_slug(self, slug: str) -> str:
        if rules.is_id(slug):
            raise serializers.ValidationError("A slug must not look like an id.")
        return slug


class CreateCategoryInput(ChangeCategoryInput):
    """A new category."""

    example = {"slug": "tea-pots", "name": "Tea pots", "parent": "kitchen"}

    slug = SlugField(max_length=rules.MAX_SLUG)
    name = LineField(max_length=rules.MAX_NAME)


class AttributesField(serializers.DictField):
    """Attributes: short texts by name."""

    child = ProseField(max_length=rules.MAX_ATTRIBUTE_VALUE, allow_blank=True)
    name = LineField(max_length=rules.MAX_ATTRIBUTE_NAME)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if isinstance(data, dict) and len(data) > rules.MAX_ATTRIBUTES:
            raise serializers.ValidationError(f"At most {rules.MAX_ATTRIBUTES} attributes.")
        values: dict[str, str] = super().to_internal_value(data)
        attributes = {self.name.run_validation(name): value for name, value in values.items()}
        if len(attributes) < len(values):
            raise serializers.ValidationError("Two attributes have the same name.")
        return attributes


class DescriptionField(TextField):
    """HTML. Control characters are refused, but for tabs, line breaks and text-direction marks."""

    default_error_messages = {"control": "Control characters are not allowed."}

    def to_internal_value(self, data: Any) -> str:
        description = super().to_internal_value(data)
        if rules.has_control_characters(description):
            self.fail("control")
        return description


class ImageInput(Input):
    """A picture's file id; or an object of ``id`` and ``alt``, the alternative text."""

    id = IdField()
    alt = LineField(required=False, allow_blank=True, max_length=rules.MAX_TITLE)

    def to_internal_value(self, data: Any) -> ImageDraft:
        image = super().to_internal_value({"id": data} if isinstance(data, str) else data)
        return ImageDraft(file_id=image["id"], alt=image.get("alt", ""))


class VariantInput(Input):
    """A variant: what can be bought, by its SKU."""

    sku = PatternField(rules.SKU)
    title = LineField(required=False, allow_blank=True, max_length=rules.MAX_TITLE)
    price = MoneyField(required=False, allow_null=True)
    stock = serializers.IntegerField(required=False, min_value=0, max_value=rules.MAX_STOCK)
    attributes = AttributesField(required=False)

    def to_internal_value(self, data: Any) -> VariantDraft:
        return VariantDraft(**super().to_internal_value(data))


class ChangeProductInput(Input):
    """The fields of a product to update; ``category`` is an id or a slug. Images and variants are replaced whole."""

    example = {"title": "A blue tea pot", "price": {"amount": "18.50", "currency": "USD"}}

    title = LineField(required=False, max_length=rules.MAX_TITLE)
    description = DescriptionField(required=False, allow_blank=True, max_length=rules.MAX_DESCRIPTION)
    category = SlugField(required=False, allow_null=True, max_length=rules.MAX_SLUG)
    price = MoneyField(required=False)
    attributes = AttributesField(required=False)
    images = ImageInput(many=True, required=False, max_length=rules.MAX_IMAGES)
    variants = VariantInput(many=True, required=False, allow_empty=False, max_length=rules.MAX_VARIANTS)
    status = serializers.ChoiceField(required=False, choices=CHOSEN_STATUSES)


class CreateProductInput(ChangeProductInput):
    """A new product. Staff may set its seller."""

    example = {
        "title": "A tea pot",
        "description": "<p>Holds four cups.</p>",
        "category": "kitchen",
        "price": {"amount": "19.99", "currency": "USD"},
        "variants": [{"sku": "POT-1", "stock": 10, "attributes": {"colour": "blue"}}],
        "status": "published",
    }

    title = LineField(max_length=rules.MAX_TITLE)
    price = MoneyField()
    seller = IdField(required=False)
