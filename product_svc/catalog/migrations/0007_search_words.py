import django.contrib.postgres.indexes
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models

# What the services keep from now on, for the products that are there already.
FROM_WHAT_IS_KNOWN = """
INSERT INTO catalog_searchword (word, products)
SELECT word, ndoc FROM ts_stat('SELECT words FROM catalog_product WHERE status IN (''published'', ''withheld'')') WHERE length(word) <= 64
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_sellers'),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL statement_timeout = 0", migrations.RunSQL.noop),
        CreateExtension('fuzzystrmatch'),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('products', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['word'], name='search_word_trigrams', opclasses=['gin_trgm_ops'])],
            },
        ),
        migrations.RunSQL(FROM_WHAT_IS_KNOWN, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name='product',
            name='published_trigrams',
        ),
        migrations.RemoveIndex(
            model_name='product',
            name='published_words',
        ),
        migrations.RemoveIndex(
            model_name='product',
            name='published_title_words',
        ),
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], gin_pending_list_limit=256, name='product_words'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(fields=['title_words'], gin_pending_list_limit=256, name='product_title_words'),
        ),
    ]
