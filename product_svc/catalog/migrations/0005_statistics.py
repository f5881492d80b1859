from django.db import migrations

# So that the planner knows rare words from common ones: those that it does not know it takes for half as frequent as
# the rarest that it knows.
KNOW_MORE_WORDS = """
ALTER TABLE catalog_product
    ALTER COLUMN words SET STATISTICS 500,
    ALTER COLUMN title_words SET STATISTICS 500
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_reading'),
    ]

    operations = [
        migrations.RunSQL(KNOW_MORE_WORDS, migrations.RunSQL.noop),
    ]
