"""What is read as text must have been sent as text."""

import pytest
from rest_framework import serializers

from common.api.serializers import LineField, PatternField, ProseField, SlugField, TextField, WholeNumberField

FIELDS = [TextField(), PatternField("^[0-9]+$"), SlugField(), LineField(), ProseField()]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: type(field).__name__)
class TestTextFields:
    def test_take_a_string(self, field: serializers.CharField) -> None:
        assert field.run_validation("7") == "7"

    @pytest.mark.parametrize("data", [7, 7.5, True, ["7"], {"text": "7"}])
    def test_take_nothing_else_for_one(self, field: serializers.CharField, data: object) -> None:
        with pytest.raises(serializers.ValidationError):
            field.run_validation(data)


class TestVisibleText:
    def test_a_line_has_no_second_one(self) -> None:
        with pytest.raises(serializers.ValidationError):
            LineField().run_validation("two\nlines")

    def test_prose_has_as_many_as_it_likes(self) -> None:
        assert ProseField().run_validation("two\r\nlines") == "two\r\nlines"

    @pytest.mark.parametrize("field", [LineField(), ProseField()])
    def test_neither_hides_anything(self, field: serializers.CharField) -> None:
        with pytest.raises(serializers.ValidationError):
            field.run_validation("Ada\u202eecalevoL")


class TestWholeNumbers:
    def test_are_numbers(self) -> None:
        assert WholeNumberField().run_validation(7) == 7

    @pytest.mark.parametrize("data", ["7", 7.0, 7.5, True, None, [7]])
    def test_and_nothing_that_looks_like_one(self, data: object) -> None:
        with pytest.raises(serializers.ValidationError):
            WholeNumberField().run_validation(data)
