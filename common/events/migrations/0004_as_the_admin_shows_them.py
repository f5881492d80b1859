from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0003_known_subscriptions'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='handlingfailure',
            options={'verbose_name': 'dead letter', 'verbose_name_plural': 'dead letters'},
        ),
        migrations.AlterModelOptions(
            name='outboxmessage',
            options={'verbose_name': 'fact told', 'verbose_name_plural': 'facts told'},
        ),
        migrations.CreateModel(
            name='HeardFact',
            fields=[
                ('fact_id', models.UUIDField(primary_key=True, serialize=False)),
                ('handler', models.CharField(max_length=128)),
                ('name', models.CharField(max_length=128)),
                ('handled_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'fact heard',
                'verbose_name_plural': 'facts heard',
                'db_table': 'events_inbox',
                'managed': False,
            },
        ),
    ]
