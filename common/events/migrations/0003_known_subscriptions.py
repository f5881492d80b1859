"""What was heard before this was noted was heard from the beginning, as far as anybody knows."""

from django.db import migrations, models

KNOWN = "INSERT INTO events_subscription (name, handler) SELECT DISTINCT name, handler FROM events_inbox"


class Migration(migrations.Migration):
    dependencies = [("events", "0002_wake_the_relay")]
    operations = [
        migrations.CreateModel(
            name="KnownSubscription",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "name", "handler", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=128)),
                ("handler", models.CharField(max_length=128)),
                ("since", models.DateTimeField(null=True)),
            ],
            options={"db_table": "events_subscription"},
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
