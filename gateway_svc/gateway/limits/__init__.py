"""How much somebody may ask: policies, the buckets that hold them to it, and Redis, where all processes share those."""
