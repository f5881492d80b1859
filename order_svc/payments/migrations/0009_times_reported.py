from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0008_held_strays'),
    ]

    operations = [
        migrations.AddField(
            model_name='openreport',
            name='times_reported',
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
    ]
