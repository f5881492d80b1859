"""The rules as a file, and the command that reads and writes it."""

from __future__ import annotations

import getpass
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from common import clock
from common.errors import InvalidInput
from gateway_svc.house_rules import rules, selectors, services
from gateway_svc.house_rules.adapters import file
from gateway_svc.house_rules.models import Block, Limit, Route, Rules

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[3] / "docs/reference/house-rules.md"
CLOSED_BECAUSE = "We count our stock; “back” soon."
WHOLE = """\
# What is set at the gateway's door. Whatever is not here is as the environment and the code say.

[limits."reading-person"]
requests = 2400
window_seconds = 60

[limits."uploads-address"]
is_off = true

[routes."/api/v1/products/"]
total_seconds = 30

[routes."POST /api/v1/orders/"]
closed_because = "We count our stock; “back” soon."
back_in_seconds = 600

[[blocks]]
account = "7d7f4a44-8b41-4a7c-9d0e-0b8f6f1c2a3b"
reason = "stolen cards"

[[blocks]]
network = "203.0.113.0/24"
reason = "they scrape"
ends_at = 2100-01-31T12:00:00Z
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "rules.toml"
    made.write_text(WHOLE, encoding="utf-8")
    return made


def set_now() -> str:
    return file.written(selectors.rules_that_hold(now=clock.now()))


class TestAFile:
    def test_comes_back_as_it_was(self) -> None:
        assert file.written(file.read(WHOLE)) == WHOLE

    def test_that_is_empty_sets_nothing(self) -> None:
        assert file.read("") == Rules()

    @pytest.mark.parametrize(
        ("text", "where", "why"),
        [
            ("[limits.reading-person]\nrequests = 0", "limits.reading-person.requests", "greater than or equal to 1"),
            ("[limits.reading-person]\nquota = 5", "limits.reading-person", "no quota; there are: is_off, requests"),
            ("[limits.reading-person]\nrequests = inf", "limits.reading-person.requests", "a whole number"),
            ("[limits.reading-person]\nrequests = true", "limits.reading-person.requests", "a whole number"),
            ("[limits.reading-person]\nrequests = 1.5", "limits.reading-person.requests", "a whole number"),
            ("[limits.reading-person]\nis_off = 1", "limits.reading-person.is_off", "true or false"),
            ('[[blocks]]\nnetwork = 5\nreason = "why"', "blocks.0", "are texts"),
            ("[limits]\nreading-person = 5", "limits.reading-person", "a table"),
            ("limits = 5", "limits", "a table"),
            (
                '[routes."/api/v1/products/"]\ntotal_seconds = "5"',
                "routes./api/v1/products/.total_seconds",
                "a whole number",
            ),
            ("[policies]", "policies", "no such table"),
            ("blocks = 5", "blocks", "array of tables"),
            ('[[blocks]]\nreason = "why"', "blocks.0", "A block has one of network, account, key"),
            ('[[blocks]]\nnetwork = "10.0.0.0/7"\nreason = "why"', "blocks.0", "too wide"),
            ('[[blocks]]\nnetwork = "10.0.0.0/8"', "blocks.0.reason", "blank"),
            ('[[blocks]]\nnetwork = "10.0.0.0/8"\nreason = "why"\nends_at = 2100-01-31', "blocks.0", "with its zone"),
            (
                '[[blocks]]\nnetwork = "10.0.0.0/8"\nreason = "a"\n[[blocks]]\nnetwork = "10.1.0.0/8"\nreason = "b"',
                "blocks.1",
                "twice",
            ),
            (
                '[[blocks]]\nnetwork = "10.0.0.0/8"\nreason = "why"\nends_at = 9999-12-31T23:59:59-14:00',
                "blocks.0",
                "too late",
            ),
            (
                '[[blocks]]\nnetwork = "10.0.0.0/8"\nreason = "why"\nends_at = 0001-01-01T00:00:00+14:00',
                "blocks.0",
                "too early",
            ),
            ('[[blocks]]\nnetwork = "10.0.0.0/8"\nreason = "a\\u0000b"', "blocks.0.reason", "NUL"),
            ('[routes."/api/v1/orders/"]\nclosed_because = "\\u0000"', "routes./api/v1/orders/.closed_because", "NUL"),
        ],
    )
    def test_with_a_mistake_says_where_and_what_is_allowed(self, text: str, where: str, why: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            file.read(text)

        assert why in " ".join(refused.value.errors[where])

    def test_that_is_no_toml_says_the_line(self) -> None:
        with pytest.raises(InvalidInput, match="line 2"):
            file.read("[limits]\nnonsense\n[routes]")

    @pytest.mark.parametrize("text", ["limits = " + "[" * 100_000, "limits = " + "1" * 5_000])
    def test_that_nobody_wrote_by_hand_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="This is not TOML"):
            file.read(text)


class TestThePageAboutIt:
    def test_shows_a_file_that_is_taken(self) -> None:
        blocks = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)

        wanted = file.read("\n".join(blocks))

        assert {each.kind for each in wanted.blocks} == {kind for kind, _ in rules.KINDS}
        services.rehearse(wanted, now=clock.now())


class TestImport:
    def test_has_what_stands_in_the_file_and_nothing_else(self, path: Path) -> None:
        services.set_route(path="/api/v1/files/", total_seconds=10)
        services.block(kind=rules.NETWORK, value="198.51.100.1", reason="old", ends_at=None, now=clock.now())

        call_command("house_rules", "import", str(path))

        assert set_now() == WHOLE

    def test_of_an_empty_file_forgets_all_that_was_set(self, path: Path) -> None:
        call_command("house_rules", "import", str(path))
        path.write_text("")

        call_command("house_rules", "import", str(path))

        assert set_now() == file.HEADING
        assert not Limit.objects.exclude(requests=None).exists()
        assert not Route.objects.exclude(closed_because="").exists()
        assert Block.objects.count() == 2  # for those who are asked what became of them

    def test_leaves_a_line_in_the_history_of_each_rule_that_it_changes(self, path: Path) -> None:
        services.set_limit(label="payment-person", requests=5, window_seconds=None, is_off=False)
        lifted = services.block(kind=rules.NETWORK, value="198.51.100.1", reason="old", ends_at=None, now=clock.now())

        call_command("house_rules", "import", str(path))

        written = {entry.object_repr: entry.change_message for entry in LogEntry.objects.all()}
        assert written == {
            "reading-person": f"Import {path}: requests 2400, window_seconds 60",
            "uploads-address": f"Import {path}: is_off True",
            "payment-person": f"Import {path}: requests None",
            "/api/v1/products/": f"Import {path}: total_seconds 30",
            "POST /api/v1/orders/": f"Import {path}: closed_because {CLOSED_BECAUSE}, back_in_seconds 600",
            "account 7d7f4a44-8b41-4a7c-9d0e-0b8f6f1c2a3b": f"Import {path}: reason stolen cards",
            "network 203.0.113.0/24": f"Import {path}: reason they scrape, ends_at 2100-01-31 12:00:00+00:00",
            "network 198.51.100.1/32": f"Import {path}: ends_at {Block.objects.get(id=lifted.id).ends_at}",
        }
        assert {entry.user.name for entry in LogEntry.objects.all()} == {f"{getpass.getuser()}, by a command"}
        assert {entry.get_edited_object() for entry in LogEntry.objects.all()} >= {lifted}

    def test_of_what_is_set_already_leaves_none(self, path: Path) -> None:
        call_command("house_rules", "import", str(path))
        before = LogEntry.objects.count()

        call_command("house_rules", "import", str(path))

        assert LogEntry.objects.count() == before

    @pytest.mark.parametrize(
        ("addition", "why"),
        [
            ("[limits.nonsense]\nrequests = 5", "no such limit or route: nonsense"),
            ('[[blocks]]\nnetwork = "10.0.0.0/8"\nreason = "why"\nends_at = 2001-01-01T00:00:00Z', "over already"),
            ("[limits.reading-staff]\nrequests = 0", "limits.reading-staff.requests"),
        ],
    )
    def test_of_a_file_with_a_mistake_changes_nothing(self, path: Path, addition: str, why: str) -> None:
        path.write_text(f"{WHOLE}\n{addition}\n", encoding="utf-8")

        with pytest.raises(CommandError, match=why):
            call_command("house_rules", "import", str(path))

        assert set_now() == file.HEADING
        assert not LogEntry.objects.exists()

    def test_of_a_file_that_cannot_be_read_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("house_rules", "import", str(tmp_path / "nowhere.toml"))


class TestExport:
    def test_prints_what_is_set(self, capsys: pytest.CaptureFixture[str], path: Path) -> None:
        call_command("house_rules", "import", str(path))
        capsys.readouterr()

        call_command("house_rules", "export")

        assert capsys.readouterr().out == WHOLE

    def test_leaves_out_what_is_over(self) -> None:
        before = datetime(2020, 1, 1, tzinfo=UTC)
        services.block(kind=rules.NETWORK, value="10.0.0.1", reason="x", ends_at=before + timedelta(days=1), now=before)

        assert set_now() == file.HEADING


class TestDiff:
    def test_says_what_import_would_change_and_changes_nothing(
        self, capsys: pytest.CaptureFixture[str], path: Path
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            call_command("house_rules", "diff", str(path))

        said = capsys.readouterr().out
        assert ended.value.code == 1
        assert "+requests = 2400" in said.splitlines()
        assert set_now() == file.HEADING
        assert not LogEntry.objects.exists()

    def test_refuses_what_import_would_refuse(self, path: Path) -> None:
        path.write_text("[limits.nonsense]\nrequests = 5\n")

        with pytest.raises(CommandError, match="no such limit or route: nonsense"):
            call_command("house_rules", "diff", str(path))

        assert set_now() == file.HEADING

    def test_is_silent_where_all_is_as_it_should_be(self, capsys: pytest.CaptureFixture[str], path: Path) -> None:
        call_command("house_rules", "import", str(path))
        capsys.readouterr()

        call_command("house_rules", "diff", str(path))

        assert capsys.readouterr().out == ""
