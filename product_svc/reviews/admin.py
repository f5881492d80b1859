"""Reviews, for those who take away what should not stand there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.utils.html import format_html_join

from common.admin.actions import ReasonForm, service_action
from common.admin.columns import Column, elsewhere, link_column, picture
from common.admin.model_admin import ServiceAdmin
from common.admin.models import Operator
from common.topology import USERS
from product_svc.pictures import selectors as pictures
from product_svc.reviews import services
from product_svc.reviews.models import Review


def _pictures(review: Review) -> str:
    shown = (picture(pictures.addresses(file_id)["thumb"], "") for file_id in review.images)
    return format_html_join(" ", "{}", ((each,) for each in shown))


@admin.register(Review)
class ReviewAdmin(ServiceAdmin):
    """What buyers think, newest first."""

    author = Column(
        "author", lambda review: elsewhere(USERS.admin_path, "accounts/user", review.author_id, review.author)
    )
    stars = Column("rating", lambda review: f"{review.rating} of 5")
    list_display = ("title", stars, author, link_column("product"), "created_at")
    list_select_related = ("product",)
    shows = ("id", link_column("product"), stars, "title", "body", Column("pictures", _pictures), author, "created_at")
    ordering = ("-created_at", "-id")
    search_by = {"pk": UUID, "product_id": UUID}
    search_help_text = "The id of a review or of a product."

    @service_action("Remove", asks=ReasonForm, in_bulk=True)
    def remove(self, person: Operator, review: Review, *, reason: str) -> None:
        """It is taken away for good, and no longer counts for the product's rating."""
        services.withdraw_review(editor=person, key=str(review.product_id), review_id=review.pk)
