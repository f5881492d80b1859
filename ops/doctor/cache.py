"""Whether Redis answers and is new enough."""

from __future__ import annotations

from collections.abc import Iterator

import redis

from ops.doctor import places
from ops.doctor.finding import Finding
from ops.servers import Redis
from ops.state import State

_OLDEST = 7


def examine(state: State) -> Iterator[Finding]:
    """The Redis that is configured or running."""
    for variable, url in places.server(state, Redis).items():
        try:
            with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
                yield from _looked_into(variable, client)
        except (redis.RedisError, ValueError, OSError) as error:
            is_refused = isinstance(error, redis.AuthenticationError)
            meaning = "the password is wrong" if is_refused else "nothing answers there"
            yield Finding(
                subject="cache",
                what=f"The Redis of {variable} does not take us: {meaning}. ({error})",
                why="Every answer is computed anew, limits are loose, and no notification is pushed live.",
                cure=f"correct {variable} (redis://:PASSWORD@HOST:PORT/DATABASE), or start that server",
            )


def _looked_into(variable: str, client: redis.Redis) -> Iterator[Finding]:
    version = str(client.info("server")["redis_version"])
    if int(version.partition(".")[0]) < _OLDEST:
        yield Finding(
            subject="cache",
            what=f"The Redis of {variable} is version {version}.",
            why="The services were made for 7 and newer.",
            cure="upgrade it to 7 or newer, or to Valkey; nothing in it has to be kept",
        )
