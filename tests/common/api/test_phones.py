"""Telephone numbers come in as people type them, and are kept as E.164."""

import pytest
from rest_framework.exceptions import ValidationError

from common.api.phones import PhoneField


class TestPhoneField:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("+41446681800", "+41446681800"),
            ("+41 44 668 18 00", "+41446681800"),
            ("+1 (415) 555-0100", "+14155550100"),
            ("+44 20 7183 8750", "+442071838750"),
        ],
    )
    def test_keeps_one_spelling(self, typed: str, kept: str) -> None:
        assert PhoneField().run_validation(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            *("0446681800", "0041446681800", "+", "+1", "+41 44 668", "+999446681800", "+1-800-FLOWERS"),
            *("+41446681800;ext=5", "tel:+41446681800", "+٤١٤٤٦٦٨١٨٠٠", f"+{'1' * 10_000}", "+4144668\x001800"),
            *(41446681800, None, ["+41446681800"], {}),
        ],
    )
    def test_refuses_what_nobody_could_call(self, typed: object) -> None:
        with pytest.raises(ValidationError):
            PhoneField().run_validation(typed)
