"""The page of commands tells what the commands take, and what Django's of our own are for."""

from __future__ import annotations

from ops import commands_page


class TestPage:
    def test_tells_a_command_with_its_switches(self) -> None:
        _, _, section = commands_page.render().partition("\n## up\n")

        assert "Bring the whole platform up on this machine" in section.splitlines()[1]
        assert "| `--port PORT` | the gateway's port; else the first free one from 8000 |" in section.splitlines()

    def test_spells_commands_as_they_are_typed(self) -> None:
        page = commands_page.render()

        assert "\n## import\n" in page
        assert "\n## dead-letters\n" in page

    def test_fills_in_defaults(self) -> None:
        assert "%(" not in commands_page.render()

    def test_tells_what_each_command_of_a_service_is_for(self) -> None:
        lines = commands_page.render().splitlines()

        assert "| `user_svc disable_account` | Keep somebody out. |" in lines
        assert not [line for line in lines if line.startswith("| `") and line.endswith("| – |")]
