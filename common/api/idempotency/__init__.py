"""Idempotency-Key: a request that is sent twice is done once (draft-ietf-httpapi-idempotency-key-header)."""
