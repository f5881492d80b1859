from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_search_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='category',
            name='named_up_to',
            field=models.UUIDField(null=True),
        ),
    ]
