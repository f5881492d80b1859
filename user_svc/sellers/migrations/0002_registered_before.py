from django.db import migrations


class Migration(migrations.Migration):
    """Accounts that signed up as sellers before there were profiles of sellers get one, and may go on selling."""

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
