"""What gateway_svc tells of browsers that are signed in."""

from dataclasses import dataclass

from common.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class BrowserSignedOut(Contract, name="browsers.browser_signed_out.v1", aggregate="session_id"):
    """A browser is signed out, by its user or by staff: nobody holds the tokens of its sign-in any more."""

    session_id: str
    user_id: str
    signed_out_at: str
