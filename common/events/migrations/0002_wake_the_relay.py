"""Wake the relay once a statement, and keep the tables slim: the outbox is written twice a row and then only read."""

from django.db import migrations

WAKE = """
    CREATE FUNCTION events_wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('events_outbox', '');
        RETURN NULL;
    END $$;
    CREATE TRIGGER events_wake_relay AFTER INSERT ON events_outbox
        FOR EACH STATEMENT EXECUTE FUNCTION events_wake_relay();
    ALTER TABLE events_outbox SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
"""
SLEEP = """
    DROP TRIGGER events_wake_relay ON events_outbox;
    DROP FUNCTION events_wake_relay();
    ALTER TABLE events_outbox RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(WAKE, SLEEP)]
