"""Access tokens, as user_svc signs them, and forged ones."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signer:
    """A key with an id, and tokens made with it."""

    def __init__(self, key_id: str = "key-1") -> None:
        self.key_id = key_id
        self.key = Ed25519PrivateKey.generate()

    @property
    def public_bytes(self) -> bytes:
        """The raw public key."""
        return self.key.public_key().public_bytes_raw()

    def jwk(self) -> dict[str, str]:
        """The public key as user_svc publishes it."""
        x = b64(self.public_bytes)
        return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.key_id, "use": "sig", "alg": "EdDSA"}

    def token(self, *, typ: str = "at+jwt", **changed: Any) -> str:
        """A valid access token, except for what is changed."""
        header = {"kid": self.key_id, "typ": typ}
        return jwt.encode(claims(**changed), self.key, algorithm="EdDSA", headers=header)

    def unsigned(self) -> str:
        """A token with ``alg: none`` and no signature."""
        header = {"alg": "none", "typ": "at+jwt", "kid": self.key_id}
        return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims()).encode())}."

    def hmac_with_public_key(self) -> str:
        """A token signed with the public key as if that were a shared secret (HS256)."""
        header = {"kid": self.key_id, "typ": "at+jwt"}
        return jwt.encode(claims(), self.public_bytes, algorithm="HS256", headers=header)


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a valid access token, with changes; a claim changed to None is left out."""
    now = int(time.time())
    lasts = changed.pop("lasts", 900)
    good = {
        "iss": "opencommerce",
        "aud": "opencommerce",
        "sub": str(uuid.uuid4()),
        "sid": str(uuid.uuid4()),
        "roles": ["customer"],
        "name": "Ada Lovelace",
        "iat": now,
        "exp": now + lasts,
        "jti": str(uuid.uuid4()),
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}
