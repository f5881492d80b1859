"""Products, with all that belongs to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from common import clock
from common.admin.actions import ReasonForm, service_action
from common.admin.columns import (
    BAD,
    EMPTY,
    GOOD,
    WAITING,
    Column,
    badge,
    badge_column,
    elsewhere,
    json_column,
    link_column,
    money_column,
    picture,
)
from common.admin.model_admin import RowsInline, ServiceAdmin
from common.admin.models import Operator
from common.topology import FILES
from product_svc.catalog import selectors, services
from product_svc.catalog.models import CHOSEN_STATUS, CHOSEN_STATUSES, Product, ProductImage, Status, Variant
from product_svc.inventory import selectors as inventory
from product_svc.pictures import selectors as pictures

TONES = {Status.PUBLISHED: GOOD, Status.DRAFT: WAITING, Status.WITHHELD: BAD}


def _thumbnail(image: ProductImage) -> str:
    return picture(pictures.addresses(image.file_id)["thumb"], image.alt)


def _first_picture(product: Product) -> str:
    images = product.images.all()
    return _thumbnail(images[0]) if images else EMPTY


def _rating(product: Product) -> str:
    return f"{product.rating_average} ({product.rating_count})" if product.rating_count else EMPTY


def _stock_of(variant: Variant) -> str:
    address = reverse("admin:inventory_stockitem_changelist")
    return format_html('<a href="{}?q={}">{}</a>', address, variant.sku, variant.available)  # type: ignore[attr-defined]


class StatusFilter(admin.SimpleListFilter):
    """One status at a time, by the index that keeps each in order; what is published unless something is looked for."""

    title = parameter_name = "status"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(status, status) for status in CHOSEN_STATUSES if status != Status.PUBLISHED]

    def choices(self, changelist: Any) -> Any:
        everything, *others = super().choices(changelist)
        return [{**everything, "display": Status.PUBLISHED.value}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if self.value():
            return queryset.alias(chosen=CHOSEN_STATUS).filter(chosen=self.value())
        return queryset if request.GET.get("q") else queryset.filter(status=Status.PUBLISHED)


class VariantInline(RowsInline):
    """What can be bought of it, and how much there is."""

    model = Variant
    own_price = money_column("price_minor", label="own price")
    retired = Column(
        "state", lambda variant: badge("retired", WAITING) if variant.is_retired else badge("on sale", GOOD)
    )
    shows = ("sku", "title", own_price, Column("available", _stock_of), json_column("attributes"), retired)
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        rows: QuerySet[Variant] = super().get_queryset(request).select_related("product")
        return rows.annotate(available=inventory.available(sku=OuterRef("sku")))


class ImageInline(RowsInline):
    """Its pictures, in order."""

    model = ProductImage
    file = Column("file", lambda image: elsewhere(FILES.admin_path, "files/storedfile", image.file_id))
    shows = (Column("picture", _thumbnail), file, "alt", "awaited_since")
    ordering = ("position",)
    verbose_name_plural = "pictures"


@admin.register(Product)
class ProductAdmin(ServiceAdmin):
    """What is for sale."""

    status = badge_column("status", TONES)
    price = money_column("price_minor")
    rating = Column("rating", _rating)
    first_picture = Column("picture", _first_picture)
    list_display = ("title", first_picture, status, price, link_column("seller"), link_column("category"), "created_at")
    list_filter = (StatusFilter,)
    list_select_related = ("seller", "category")
    shows = (
        *("id", "title", "slug", status, price, "is_in_stock", rating, link_column("seller"), link_column("category")),
        *(json_column("attributes"), "description", "version", "created_at", "updated_at"),
    )
    inlines = (VariantInline, ImageInline)
    ordering = ("-created_at", "-id")
    search_by = {
        "pk": UUID,
        "slug": str,
        "seller_id": UUID,
        "pk__in": lambda sku: selectors.product_ids_of(skus=[sku]),
        "title_words": lambda words: SearchQuery(words, config="simple", search_type="websearch"),
    }
    search_help_text = "Words of a title, a SKU, a slug, or the id of a product or seller."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).defer("words", "title_words").prefetch_related("images")

    @service_action("Publish", in_bulk=True, applies=lambda product: product.chosen_status != Status.PUBLISHED)
    def publish(self, person: Operator, product: Product) -> None:
        """Everybody sees it and may buy it, as long as its seller may sell."""
        self._choose(person, product, Status.PUBLISHED)

    @service_action(
        "Withdraw", asks=ReasonForm, in_bulk=True, applies=lambda product: product.chosen_status == Status.PUBLISHED
    )
    def withdraw(self, person: Operator, product: Product, *, reason: str) -> None:
        """It becomes a draft: nobody but its seller sees it, who may publish it again. Orders are kept."""
        self._choose(person, product, Status.DRAFT)

    @service_action("Archive", asks=ReasonForm, in_bulk=True, applies=lambda product: product.status != Status.ARCHIVED)
    def archive(self, person: Operator, product: Product, *, reason: str) -> None:
        """It is taken out of the shop. Orders keep what they know of it."""
        services.archive_product(editor=person, key=str(product.pk))

    def _choose(self, person: Operator, product: Product, status: Status) -> None:
        changes = {"status": status.value}
        services.change_product(editor=person, key=str(product.pk), changes=changes, now=clock.now())
