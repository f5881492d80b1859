"""Answers kept in Redis until something that they belong to changes.

An answer belongs to families, such as ``product:42`` and ``category:7``; a change purges the families that it touched,
and nothing else. Redis is a convenience here: without it answers are computed each time.
"""

from common.caching.families import cached, purge, purge_on_commit
from common.caching.slot import Answer

__all__ = ["Answer", "cached", "purge", "purge_on_commit"]
