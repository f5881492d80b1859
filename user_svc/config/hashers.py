"""How expensive it is to guess a password."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id at the cost that OWASP's Password Storage Cheat Sheet names first: 19 MiB, two passes, one lane.

    Django's own default takes 100 MiB and 130 ms for each sign-in on two cores, this 19 MiB and 19 ms: many sign-ins at
    once must not exhaust the machine's memory.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
