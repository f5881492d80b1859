"""The shelves of the shop."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import admin

from common.admin.actions import service_action
from common.admin.columns import link_column
from common.admin.model_admin import RowsInline, ServiceAdmin
from common.admin.models import Operator
from product_svc.catalog import rules, services
from product_svc.catalog.models import Category


class CategoryForm(forms.Form):
    """What a category is called, and where it stands."""

    name = forms.CharField(max_length=rules.MAX_NAME)
    slug = forms.SlugField(max_length=rules.MAX_SLUG, help_text="Its name in addresses.")
    parent = forms.CharField(
        max_length=rules.MAX_SLUG, required=False, help_text="The id or slug of the category it stands in, if any."
    )


def _as_it_is(category: Category) -> dict[str, str]:
    parent = category.parent.slug if category.parent else ""
    return {"name": category.name, "slug": category.slug, "parent": parent}


class ChildInline(RowsInline):
    """What stands right below."""

    model = Category
    shows = ("name", "slug")
    ordering = ("slug",)
    verbose_name_plural = "categories in it"


@admin.register(Category)
class CategoryAdmin(ServiceAdmin):
    """Categories, which are made, moved and taken down by themselves."""

    list_display = ("name", "slug", link_column("parent"))
    list_select_related = ("parent",)
    shows = ("id", "name", "slug", link_column("parent"), "created_at", "updated_at")
    inlines = (ChildInline,)
    ordering = ("slug",)
    search_by = {"pk": UUID, "slug": str}
    search_help_text = "An id or a slug."

    @service_action("New category", asks=CategoryForm, is_for_list=True)
    def create(self, _person: Operator, *, name: str, slug: str, parent: str) -> str:
        """It is shown at once."""
        services.create_category(slug=slug, name=name, parent=parent or None)
        return f"{name} ({slug})."

    @service_action("Rename or move", asks=CategoryForm, begins_with=_as_it_is)
    def change(self, _person: Operator, category: Category, *, name: str, slug: str, parent: str) -> str:
        """All that stands below it goes with it."""
        changes = {"name": name, "slug": slug, "parent": parent or None}
        services.change_category(key=str(category.pk), changes=changes)
        return f"{name} ({slug}), in {parent or 'none'}."

    @service_action("Take down", is_dangerous=True)
    def delete(self, _person: Operator, category: Category) -> None:
        """Only a category in which nothing stands can be taken down."""
        services.delete_category(key=str(category.pk))
