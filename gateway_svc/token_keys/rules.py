"""How long keys are of use to anybody but a thief."""

from datetime import timedelta

# user_svc signs access tokens for 15 minutes, and is asked for its keys every five.
ACCESS_TOKEN_LIFE = timedelta(minutes=15)
BETWEEN_TWO_QUESTIONS = timedelta(minutes=5)
CLOCK_DIFFERENCE = timedelta(minutes=1)


def life(*, grace: timedelta) -> timedelta:
    """Of keys that were heard longer ago no token can be left that is still good, for so long past its end where
    user_svc is away: nobody else signs any.
    """
    return ACCESS_TOKEN_LIFE + BETWEEN_TWO_QUESTIONS + CLOCK_DIFFERENCE + grace
