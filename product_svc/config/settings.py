"""What product_svc has of its own; the rest is in common.settings.service."""

from common.database import prepared
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
# Rows lie on no spinning disk, so that looking up a few thousand is better than searching for them in order. No query
# is long enough for compiling it, or for others to help, to pay; which of a million products have a common word can be
# remembered. And words that one may have meant are looked for widely first.
_SETTINGS["DATABASES"]["default"]["OPTIONS"]["options"] += (
    " -c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=16MB"
    " -c pg_trgm.similarity_threshold=0.18"
)

# How a word is best searched for depends on the word: only workers, which search for none, have statements prepared.
_SETTINGS["DATABASES"]["default"]["OPTIONS"].update(prepared.BINDING)

globals().update(_SETTINGS)
