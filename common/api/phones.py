"""Telephone numbers as people type them."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from common.api.serializers import TextField

# The library also reads letters, extensions and numbers of no country; what is sent here begins with its country.
_INTERNATIONAL = re.compile(r"\+[0-9 ().-]{5,30}\Z")


class PhoneField(TextField):
    """A number of a length that its country has, kept as E.164."""

    default_error_messages = {"phone": "A telephone number begins with + and its country: +41446681800."}

    def to_internal_value(self, data: object) -> str:
        text = super().to_internal_value(data)
        if not _INTERNATIONAL.match(text):
            self.fail("phone")
        try:
            number = phonenumbers.parse(text)
        except NumberParseException:
            self.fail("phone")
        if not phonenumbers.is_possible_number(number):
            self.fail("phone")
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
