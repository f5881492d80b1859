"""What people fill in. What may stand there is for user_svc to say; here is how much is taken, and how it looks."""

from __future__ import annotations

from typing import Any

from django import forms

_EMAIL_LENGTH = 254
_PASSWORD_LENGTH = 128
_NAME_LENGTH = 150
_TOKEN_LENGTH = 512
_CREDENTIAL_LENGTH = 32_768


def _email() -> forms.CharField:
    widget = forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"})
    return forms.CharField(label="E-mail address", max_length=_EMAIL_LENGTH, widget=widget)


def _password(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=_PASSWORD_LENGTH, strip=False, widget=widget, help_text=help_text)


def _current() -> forms.CharField:
    return _password("Your password", "current-password")


def _new() -> forms.CharField:
    return _password("New password", "new-password", "At least eight characters, and none that is often used.")


def _hidden(length: int = _TOKEN_LENGTH, *, required: bool = True) -> forms.CharField:
    return forms.CharField(max_length=length, required=required, widget=forms.HiddenInput)


def _code(*, required: bool = True) -> forms.CharField:
    attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code", "pattern": "[0-9 ]*"}
    return forms.CharField(
        label="Code",
        help_text="The six digits that your authenticator shows now.",
        max_length=16,
        required=required,
        widget=forms.TextInput(attrs=attrs),
    )


class SiteForm(forms.Form):
    """Without colons after its labels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class SignInForm(SiteForm):
    email = _email()
    password = _password("Password", "current-password")


class SecondFactorForm(SiteForm):
    """One of the three answers."""

    challenge = _hidden()
    methods = _hidden(required=False)
    assertion = _hidden(_CREDENTIAL_LENGTH, required=False)
    code = _code(required=False)
    recovery_code = forms.CharField(
        label="Recovery code",
        help_text="One of those that you were shown when you turned it on. Each can be used once.",
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "code", "spellcheck": "false"}),
    )

    def answer(self) -> dict[str, str]:
        """The one that was given; empty when there is none."""
        given = self.cleaned_data
        if given["recovery_code"]:
            return {"recovery_code": given["recovery_code"]}
        return {"code": given["code"].replace(" ", "")} if given["code"] else {}


class PasskeyForm(SiteForm):
    challenge = _hidden()
    assertion = _hidden(_CREDENTIAL_LENGTH)


class RegistrationForm(SiteForm):
    full_name = forms.CharField(
        label="Your name", max_length=_NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = _email()
    password = _password("Password", "new-password", "At least eight characters, and none that is often used.")
    role = forms.ChoiceField(
        label="I want to",
        choices=[("customer", "buy"), ("seller", "buy and sell")],
        initial="customer",
        widget=forms.RadioSelect,
    )


class EmailForm(SiteForm):
    email = _email()


class LetterTokenForm(SiteForm):
    """The token that a letter's link carries behind its #; a script moves it here."""

    token = forms.CharField(
        label="Token",
        help_text="It stands in the letter, below the link.",
        max_length=_TOKEN_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "code", "data-from-fragment": "token"}),
    )


class PasswordResetForm(LetterTokenForm):
    new = _new()


class PasswordChangeForm(SiteForm):
    current = _current()
    new = _new()


class ProofForm(SiteForm):
    """The password anew, before something important changes."""

    current = _current()


class PasskeyRemovalForm(ProofForm):
    passkey = forms.UUIDField(widget=forms.HiddenInput)


class NewPasskeyForm(ProofForm):
    """A script asks for the passkey with the password, which then goes no further."""

    current = _password("Your password", "current-password")
    name = forms.CharField(
        label="What to call it",
        max_length=_NAME_LENGTH,
        initial="Passkey",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    challenge = _hidden()
    credential = _hidden(_CREDENTIAL_LENGTH)


class ConfirmCodesForm(SiteForm):
    secret = _hidden(64)
    uri = forms.RegexField(r"\Aotpauth://totp/[A-Za-z0-9._~%:@&=?+-]+\Z", max_length=1024, widget=forms.HiddenInput)
    code = _code()
