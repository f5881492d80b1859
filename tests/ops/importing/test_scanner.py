"""JSON split into rows that know their lines, whatever pieces it is read in."""

from __future__ import annotations

import io
import json

import pytest

from ops.importing import scanner
from ops.importing.scanner import LONGEST_ROW, Part, rows

CUT_OFF = "the file ends before its list does: it was cut off, or a bracket is missing"


def rows_of(text: str) -> list[Part]:
    return [row for _, row in rows(io.StringIO(text))]


def texts_of(text: str) -> list[str]:
    return [row.text for row in rows_of(text)]


@pytest.fixture(params=[1, 2, 3, 7, 1 << 16], ids=lambda block: f"{block} characters at a time")
def _pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "_BLOCK", request.param)


@pytest.mark.usefixtures("_pieces")
class TestRows:
    def test_know_the_line_they_start_on(self) -> None:
        found = rows_of('\n[\n  {"a": 1},\n\n  5,\n  {"b":\n 2}\n]\n')

        assert found == [Part('{"a": 1}', 3), Part("5", 5), Part('{"b":\n 2}', 6)]

    def test_are_not_split_within_strings_and_nested_values(self) -> None:
        text = r'[{"a": "x,]}\",{\\", "b": [1, {"c": 2}]}, 3]'

        assert texts_of(text) == [r'{"a": "x,]}\",{\\", "b": [1, {"c": 2}]}', "3"]

    def test_tell_where_the_file_was_cut_off(self) -> None:
        assert rows_of('[{"a": 1},\n {"b":') == [Part('{"a": 1}', 1), Part('{"b":', 2), Part("", 2, CUT_OFF)]

    def test_are_none_where_there_is_no_list(self) -> None:
        assert [rows_of(text) for text in ("", "[]", "nothing", "{}", '{"a": 3}')] == [[]] * 5

    def test_have_the_name_of_their_list_in_an_object(self) -> None:
        text = '{"a": [1],\n "no": {"x": [5]}, "n": null, "b":\n  [2, {"y": [6]}]}'

        assert list(rows(io.StringIO(text))) == [("a", Part("1", 1)), ("b", Part("2", 3)), ("b", Part('{"y": [6]}', 3))]

    @pytest.mark.parametrize(
        "broken", ['{"Id": 2, "Name": "no end,', '{"Id": 2', '{"Id": 2, "Name": "x" "y"}', '{"a", }}', '{"a": [}']
    )
    def test_go_on_after_one_that_is_not_json(self, broken: str) -> None:
        found = rows_of(f'[\n  {{"Id": 1}},\n  {broken},\n  {{"Id": 3}},\n  {{"Id": 4}}\n]')

        assert [row.line for row in found] == [2, 3, 4, 5]
        assert [row.text for row in found if scanner.is_json(row.text)] == ['{"Id": 1}', '{"Id": 3}', '{"Id": 4}']


class TestRowsWithoutEnd:
    def test_are_told_and_passed_over(self) -> None:
        long = json.dumps({"text": ["x" * 1000] * (LONGEST_ROW // 500)})

        found = rows_of(f'[{{"a": 1}}, {long}, {{"b": 2}}]')

        assert [row.text for row in found if not row.problem] == ['{"a": 1}', '{"b": 2}']
        assert [row.problem for row in found if row.problem] == [f"the row is longer than {LONGEST_ROW} characters"]

    def test_take_no_other_with_them(self) -> None:
        others = ",\n".join(['{"b": "' + "x" * 1000 + '"}'] * (LONGEST_ROW // 500))

        found = rows_of(f'[\n{{"a": 1,\n{others}\n]')

        assert len(found) == 1 + LONGEST_ROW // 500
        assert not any(row.problem for row in found)
