"""What product_svc has of its own; the rest is in common.settings.service."""

from common.settings.service import for_service

globals().update(
    for_service(
        "product_svc",
        apps=(
            "django.contrib.postgres",
            "product_svc.catalog",
            "product_svc.inventory",
            "product_svc.pictures",
            "product_svc.reviews",
        ),
    )
)
