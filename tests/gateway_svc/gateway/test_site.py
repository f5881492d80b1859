"""Pages of the gateway's own Django, when many want one at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from gateway_svc.api_keys.models import ApiKey
from gateway_svc.gateway.site import AT_ONCE
from tests.gateway_svc.door import Door, settle
from tests.gateway_svc.signing import Signer

pytestmark = pytest.mark.django_db(transaction=True)


def waiting_for_locks() -> int:
    """So many connections to our database wait for one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE NOT granted AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


class TestManyAtOnce:
    def test_take_few_connections_to_the_database_and_are_all_answered(self, door: Door, signer: Signer) -> None:
        token, many = signer.token(), AT_ONCE + 15

        with ThreadPoolExecutor(many) as pool:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {ApiKey._meta.db_table}")
                answers = [pool.submit(door.ask, "GET", "/api/v1/api-keys/", token=token) for _ in range(many)]
                settle(lambda: waiting_for_locks() >= AT_ONCE)
                time.sleep(0.3)  # for all the others, if they are let in
                taken = waiting_for_locks()
                # Nobody who changes something waits behind those who look.
                refused = door.ask("POST", "/login/", timeout=2)

            assert [each.result().status for each in answers] == [200] * many
        assert taken == AT_ONCE
        assert refused.status == 403
