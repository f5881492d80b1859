"""How long the end of a session matters."""

from datetime import datetime, timedelta

# user_svc signs access tokens for 15 minutes; clocks may differ a little.
ACCESS_TOKEN_LIFE = timedelta(minutes=15)
CLOCK_DIFFERENCE = timedelta(minutes=1)


def forgettable_before(now: datetime) -> datetime:
    """Of sessions that ended before this instant no access token can be left."""
    return now - ACCESS_TOKEN_LIFE - CLOCK_DIFFERENCE
