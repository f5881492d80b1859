from django.db import migrations


class Migration(migrations.Migration):
    """Whoever signed up as a seller before sellers had a profile gets one, and goes on selling."""

    dependencies = [("sellers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO sellers_seller (user_id, created_at, name, about, status, reason, version)
            SELECT id, created_at, full_name, '', 'approved', '', 1 FROM accounts_user WHERE 'seller' = ANY(roles)
            """,
            migrations.RunSQL.noop,
        )
    ]
