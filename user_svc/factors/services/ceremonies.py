"""The two ceremonies of WebAuthn Level 3 (W3C), with us as the relying party, through Yubico's library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from common.errors import DomainError
from user_svc.factors import errors, rules
from user_svc.factors.models import Passkey

PREFERRED, REQUIRED = UserVerificationRequirement.PREFERRED, UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class Ceremony:
    """What a browser needs: the challenge, which it sends back, and options for ``navigator.credentials``."""

    challenge: str
    options: dict[str, Any]


def registration(
    challenge: str, *, user_handle: bytes, email: str, full_name: str, known: Iterable[Passkey]
) -> Ceremony:
    """The ceremony that makes a new passkey, on an authenticator that does not hold a ``known`` one."""
    options, _ = _relying_party().register_begin(
        PublicKeyCredentialUserEntity(id=user_handle, name=email, display_name=full_name),
        credentials=_descriptors(known),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=PREFERRED,
        challenge=_bytes_of(challenge),
    )
    return Ceremony(challenge, dict(options.public_key))


def registered(credential: Mapping[str, Any], *, challenge: str) -> tuple[AuthenticatorData, AttestedCredentialData]:
    """Check the answer to a registration and return the new credential. Raises BadPasskey."""
    with _refusing(errors.BadPasskey(errors={"credential": ["It does not answer the challenge."]})):
        answer = RegistrationResponse.from_dict(credential)
        _check_frame(answer.response.client_data)
        made = _relying_party().register_complete(_state(challenge, PREFERRED), answer)
        if made.credential_data is None or made.credential_data.public_key[3] not in CoseKey.supported_algorithms():
            raise ValueError("no key that we can check")
        return made, made.credential_data


def authentication(
    challenge: str, *, passkeys: Iterable[Passkey] = (), verification: UserVerificationRequirement
) -> Ceremony:
    """The ceremony that has the challenge signed by one of these passkeys, or, without any, by the user's choice."""
    options, _ = _relying_party().authenticate_begin(
        _descriptors(passkeys), user_verification=verification, challenge=_bytes_of(challenge)
    )
    return Ceremony(challenge, dict(options.public_key))


def parsed(assertion: Mapping[str, Any]) -> AuthenticationResponse:
    """A browser's answer, parsed but not verified. Raises WrongAnswer."""
    with _refusing(errors.WrongAnswer()):
        return AuthenticationResponse.from_dict(assertion)


def check(
    answer: AuthenticationResponse, passkey: Passkey, *, challenge: str, verification: UserVerificationRequirement
) -> None:
    """Verify that this passkey signed the challenge, with its user present. Raises WrongAnswer."""
    said = answer.response
    with _refusing(errors.WrongAnswer()):
        _check_frame(said.client_data)
        known = [AttestedCredentialData(bytes(passkey.credential_data))]
        _relying_party().authenticate_complete(_state(challenge, verification), known, answer)
        if said.user_handle not in {None, passkey.user_id.bytes}:
            raise ValueError("the passkey of somebody else")
        if said.authenticator_data.is_backup_eligible() != passkey.is_synced:
            raise ValueError("a passkey does not change its kind (WebAuthn, 7.2, step 19)")
        if rules.is_cloned(counter=said.authenticator_data.counter, last_counter=passkey.sign_count):
            raise ValueError("two devices use one key")


def _relying_party() -> Fido2Server:
    url = urlsplit(settings.PUBLIC_URL)
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=url.hostname, name=rules.ISSUER),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=f"{url.scheme}://{url.netloc}".__eq__,
    )


def _state(challenge: str, verification: UserVerificationRequirement) -> dict[str, Any]:
    """The state that the library expects us to store between the two steps; it follows from our challenge."""
    return {"challenge": websafe_encode(_bytes_of(challenge)), "user_verification": verification}


def _bytes_of(challenge: str) -> bytes:
    return hashlib.sha256(challenge.encode()).digest()


def _descriptors(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=kind, id=bytes(passkey.credential_id)) for passkey in passkeys]


def _check_frame(client_data: CollectedClientData) -> None:
    if client_data.cross_origin:
        raise ValueError("asked for by another site's page around ours")


@contextmanager
def _refusing(refusal: DomainError) -> Iterator[None]:
    """Turn every exception into this refusal: on malformed input the library's parsers may raise any of Python's."""
    try:
        yield
    except Exception:
        raise refusal from None
