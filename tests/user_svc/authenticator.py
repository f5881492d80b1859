"""An authenticator in software, and the browser before it, written from WebAuthn Level 3 (W3C)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://127.0.0.1:8000"
USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, ATTESTED = 0x01, 0x04, 0x08, 0x40


@dataclass
class Authenticator:
    """An authenticator with one passkey. Its fields can make it break the rules."""

    origin: str = ORIGIN
    rp_id: str = ""
    is_verifying: bool = True
    is_synced: bool = False
    is_framed: bool = False
    is_present: bool = True
    counter: int = 0
    is_counting: bool = True
    type_said: str = ""
    algorithm: int = -7
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes | None = None
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The result of ``navigator.credentials.create``, as JSON (5.1.8)."""
        self.user_handle = decoded(options["user"]["id"])
        client_data = self._client_data("webauthn.create", options["challenge"])
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor(self._cose_key())
        statement = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._data(options["rp"]["id"], ATTESTED) + attested,
        }
        response = {"clientDataJSON": encoded(client_data), "attestationObject": encoded(cbor(statement))}
        return self._credential(response)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """The result of ``navigator.credentials.get``, as JSON (5.1.8)."""
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = self._data(options["rpId"])
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ECDSA(SHA256()))
        response = {
            "clientDataJSON": encoded(client_data),
            "authenticatorData": encoded(data),
            "signature": encoded(signature),
        }
        if self.user_handle is not None:
            response["userHandle"] = encoded(self.user_handle)
        return self._credential(response)

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        name = encoded(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {
            "type": self.type_said or kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": self.is_framed,
        }
        return json.dumps(said).encode()

    def _data(self, rp_id: str, flags: int = 0) -> bytes:
        """6.1: authenticator data."""
        self.counter += self.is_counting
        flags |= USER_PRESENT * self.is_present | USER_VERIFIED * self.is_verifying | BACKUP_ELIGIBLE * self.is_synced
        hashed = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return hashed + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _cose_key(self) -> dict[int, Any]:
        """RFC 9053, 7.1.1: an elliptic curve key with two coordinates."""
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: self.algorithm, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


def cbor(value: Any) -> bytes:
    """Encode a value as CBOR (RFC 8949), as far as an authenticator needs it."""
    match value:
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case dict():
            return _head(5, len(value)) + b"".join(cbor(key) + cbor(member) for key, member in value.items())
    raise TypeError(type(value))


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    if number < 256:
        return bytes([major << 5 | 24, number])
    return bytes([major << 5 | 25]) + number.to_bytes(2, "big")


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The reverse of ``encoded``."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
