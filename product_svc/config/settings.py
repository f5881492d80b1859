"""What product_svc has of its own; the rest is in common.settings.service."""

from common.settings.service import for_service

_SETTINGS = for_service(
    "product_svc",
    apps=(
        "django.contrib.postgres",
        "product_svc.answers",
        "product_svc.catalog",
        "product_svc.inventory",
        "product_svc.pictures",
        "product_svc.reviews",
    ),
)
# Rows lie on no spinning disk, so that looking up a few thousand is better than searching for them in order. And of
# what people search for, one letter in six may be wrong.
_SETTINGS["DATABASES"]["default"]["OPTIONS"]["options"] += (
    " -c random_page_cost=1.1 -c pg_trgm.word_similarity_threshold=0.55"
)

globals().update(_SETTINGS)
