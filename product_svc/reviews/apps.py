"""The app of what buyers say."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Who bought what, and what they think of it."""

    name = "product_svc.reviews"
