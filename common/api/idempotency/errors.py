"""What a keyed request can be refused for."""

from common.errors import DomainError


class KeyMissing(DomainError):
    """This request needs an Idempotency-Key header: 1 to 255 visible ASCII characters, bare or quoted."""

    code = "idempotency_key_required"
    status = 400


class KeyReused(DomainError):
    """This Idempotency-Key was already used for another request."""

    code = "idempotency_key_reused"
    status = 422


class KeyInUse(DomainError):
    """A request with this Idempotency-Key is still being worked on; try again in a moment."""

    code = "idempotency_key_in_use"
    status = 409
