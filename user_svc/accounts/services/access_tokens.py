"""Access tokens: JSON Web Tokens (RFC 9068), which anyone can verify with the published keys, without asking us."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from user_svc.accounts import rules
from user_svc.accounts.models import Session

ISSUER = AUDIENCE = "opencommerce"
ALGORITHM = "EdDSA"


@dataclass(frozen=True)
class SigningKey:
    """A private key, and its public key as a JSON Web Key."""

    private: Ed25519PrivateKey
    public: dict[str, str]

    @classmethod
    def of(cls, raw: bytes) -> SigningKey:
        """Read the 32 bytes of an Ed25519 key (RFC 8032)."""
        private = Ed25519PrivateKey.from_private_bytes(raw)
        members = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(private.public_key().public_bytes_raw())}
        # RFC 7638: the digest of the required members, in this order and without spaces.
        thumbprint = hashlib.sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).digest()
        return cls(private, {**members, "kid": _base64url(thumbprint), "use": "sig", "alg": ALGORITHM})


def issue(session: Session, *, now: datetime) -> str:
    """A token that says who is signed in, as what, and in which session."""
    user = session.user
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user.id),
        "sid": str(session.id),
        "roles": user.roles,
        "name": user.full_name,
        "amr": session.amr,
        "iat": int(now.timestamp()),
        "exp": int((now + rules.ACCESS_LIFETIME).timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    key = _signing_keys(tuple(settings.TOKEN_KEYS))[0]
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"typ": "at+jwt", "kid": key.public["kid"]})


def key_set() -> dict[str, Any]:
    """The public keys, as a JSON Web Key Set (RFC 7517)."""
    return {"keys": [key.public for key in _signing_keys(tuple(settings.TOKEN_KEYS))]}


@lru_cache
def _signing_keys(raw_keys: tuple[bytes, ...]) -> tuple[SigningKey, ...]:
    return tuple(SigningKey.of(raw) for raw in raw_keys)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
