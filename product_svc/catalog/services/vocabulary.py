"""Keeping the words that products are found by, for those who type half of one or misspell it."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from product_svc.catalog import rules
from product_svc.catalog.models import Status

# In the order of the alphabet, so that two who learn the same new words do not wait for each other in a circle.
_LEARN = """
INSERT INTO catalog_searchword (word, products)
SELECT lexeme, 1 FROM catalog_product, unnest(words)
WHERE id = %(id)s AND status = %(published)s AND length(lexeme) <= %(longest)s
ORDER BY lexeme
ON CONFLICT DO NOTHING
"""

# A word that is learnt meanwhile is not seen, and so is not forgotten.
_COUNT = """
WITH counted AS MATERIALIZED (
    SELECT word, ndoc FROM ts_stat('SELECT words FROM catalog_product WHERE status IN (''published'', ''withheld'')')
    WHERE length(word) <= %(longest)s
), kept AS (
    INSERT INTO catalog_searchword AS known (word, products) SELECT word, ndoc FROM counted ORDER BY word
    ON CONFLICT (word) DO UPDATE SET products = EXCLUDED.products WHERE known.products <> EXCLUDED.products
)
DELETE FROM catalog_searchword AS known WHERE NOT EXISTS (SELECT FROM counted WHERE counted.word = known.word)
"""


def learn_words(product_id: UUID) -> None:
    """Know the words of a published product from now on."""
    with connection.cursor() as cursor:
        cursor.execute(_LEARN, {"id": product_id, "published": Status.PUBLISHED, "longest": rules.MAX_SEARCH_WORD})


@transaction.atomic
def count_words() -> None:
    """Count how many products have each word, and forget those that none has any more."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute(_COUNT, {"longest": rules.MAX_SEARCH_WORD})
