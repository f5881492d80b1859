from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='stockitem',
            name='low_at',
            field=models.PositiveIntegerField(db_default=5, default=5),
        ),
    ]
