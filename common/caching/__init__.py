"""A read-through cache in Redis, whose entries are invalidated by what they depend on.

A cached answer belongs to families, such as ``product:42`` and ``category:7``. A change purges the families that it
touched, and with them all their answers. Redis is optional: without it, answers are computed each time.
"""

from common.caching.families import cached, purge, purge_on_commit
from common.caching.slot import Answer

__all__ = ["Answer", "cached", "purge", "purge_on_commit"]
