"""What is read as text must have been sent as text."""

import pytest
from rest_framework import serializers

from common.api.serializers import PatternField, SlugField, TextField

FIELDS = [TextField(), PatternField("^[0-9]+$"), SlugField()]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: type(field).__name__)
class TestTextFields:
    def test_take_a_string(self, field: serializers.CharField) -> None:
        assert field.run_validation("7") == "7"

    @pytest.mark.parametrize("data", [7, 7.5, True, ["7"], {"text": "7"}])
    def test_take_nothing_else_for_one(self, field: serializers.CharField, data: object) -> None:
        with pytest.raises(serializers.ValidationError):
            field.run_validation(data)
