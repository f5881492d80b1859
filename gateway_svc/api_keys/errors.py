"""What a key can be refused for."""

from common.errors import DomainError, NotFound


class ApiKeyNotFound(NotFound):
    """There is no such key, or it is not yours."""


class TooManyApiKeys(DomainError):
    """You have as many keys as there may be; revoke one first."""

    code = "too_many_api_keys"
