"""JSON split into parts that know their lines."""

from __future__ import annotations

from ops.importing.scanner import Part


class TestItems:
    def test_know_the_line_they_start_on(self) -> None:
        array = Part('\n[\n  {"a": 1},\n\n  5,\n  {"b":\n 2}\n]\n')

        assert list(array.items()) == [Part('{"a": 1}', 3), Part("5", 5), Part('{"b":\n 2}', 6)]

    def test_are_not_split_within_strings_and_nested_values(self) -> None:
        array = Part(r'[{"a": "x,]}\",{", "b": [1, {"c": 2}]}, 3]')

        assert [item.text for item in array.items()] == [r'{"a": "x,]}\",{", "b": [1, {"c": 2}]}', "3"]

    def test_end_where_the_file_was_cut_off(self) -> None:
        assert [item.text for item in Part('[{"a": 1}, {"b":').items()] == ['{"a": 1}', '{"b":']

    def test_are_none_where_there_is_no_array(self) -> None:
        assert [list(Part(text).items()) for text in ("", "[]", "nothing")] == [[], [], []]


class TestMembers:
    def test_know_the_line_their_value_starts_on(self) -> None:
        value = Part('{"a": [1],\n "b":\n  [2]}')

        assert dict(value.members()) == {"a": Part("[1]", 1), "b": Part("[2]", 3)}
