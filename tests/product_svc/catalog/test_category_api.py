"""One category over HTTP: shown, renamed, moved and taken down."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from product_svc.catalog import rules
from product_svc.catalog.models import Category
from tests.product_svc.factories import CategoryFactory, product

pytestmark = pytest.mark.django_db

CATEGORIES = "/api/v1/categories/"
Client = Callable[..., Any]


@pytest.fixture
def staff(client_of: Client) -> Any:
    """Somebody who runs the shop."""
    return client_of(uuid.uuid4(), "admin")


def chain(length: int, *, name: str) -> list[Category]:
    """Categories of which each stands on the one before: ``name-0``, ``name-1``, …"""
    categories: list[Category] = []
    for depth in range(length):
        categories.append(CategoryFactory(slug=f"{name}-{depth}", parent=categories[-1] if categories else None))
    return categories


class TestShow:
    def test_is_found_by_id_and_by_slug_with_its_branch(self, visitor: Any) -> None:
        home = CategoryFactory(slug="home", name="At home")
        lamps = CategoryFactory(slug="lamps", name="Lamps", parent=home)
        CategoryFactory(slug="boats")

        by_slug, by_id = visitor.get(f"{CATEGORIES}home/"), visitor.get(f"{CATEGORIES}{str(home.id).upper()}/")

        below = {"id": str(lamps.id), "slug": "lamps", "name": "Lamps", "parent": str(home.id), "children": []}
        shown = {"id": str(home.id), "slug": "home", "name": "At home", "parent": None, "children": [below]}
        assert by_slug.json() == by_id.json() == shown

    @pytest.mark.parametrize("key", ["nowhere", str(uuid.uuid4()), "%20", "a" * 500])
    def test_knows_no_such_category(self, staff: Any, key: str) -> None:
        address = f"{CATEGORIES}{key}/"

        assert [staff.get(address).status_code, staff.patch(address, {}).status_code] == [404, 404]
        assert staff.delete(address).status_code == 404

    def test_may_be_kept_by_the_gateway_but_not_as_a_page(self, visitor: Any) -> None:
        CategoryFactory(slug="lamps")

        branch = visitor.get(f"{CATEGORIES}lamps/")
        page = visitor.get(f"{CATEGORIES}lamps/", headers={"Accept": "text/html"})

        assert (branch["Cache-Control"], branch["Gateway-Cache-Control"][:11]) == ("public, no-cache", "max-age=60,")
        assert page["Cache-Control"] == "private, no-store"


class TestChange:
    def test_renames(self, staff: Any) -> None:
        home = CategoryFactory(slug="home")

        answer = staff.patch(f"{CATEGORIES}home/", {"name": "At <home>", "slug": "at-home"})

        assert answer.status_code == 200
        assert (answer.json()["id"], answer.json()["slug"]) == (str(home.id), "at-home")
        assert answer.json()["name"] == "At <home>"

    def test_moves_a_branch(self, staff: Any, visitor: Any) -> None:
        chain(2, name="lamps")
        home = CategoryFactory(slug="home")

        moved = staff.patch(f"{CATEGORIES}lamps-0/", {"parent": "home"})

        assert (moved.status_code, moved.json()["parent"]) == (200, str(home.id))
        branch = visitor.get(f"{CATEGORIES}home/").json()
        assert branch["children"][0]["children"][0]["slug"] == "lamps-1"

    def test_moves_to_the_top(self, staff: Any) -> None:
        chain(2, name="lamps")

        assert staff.patch(f"{CATEGORIES}lamps-1/", {"parent": None}).json()["parent"] is None

    def test_leaves_what_is_not_given(self, staff: Any) -> None:
        home, lamps = chain(2, name="lamps")

        shown = staff.patch(f"{CATEGORIES}lamps-1/", {}).json()

        assert (shown["slug"], shown["name"], shown["parent"]) == (lamps.slug, lamps.name, str(home.id))

    @pytest.mark.parametrize("below", ["lamps-0", "lamps-1", "lamps-2"])
    def test_refuses_a_circle(self, staff: Any, below: str) -> None:
        chain(3, name="lamps")

        answer = staff.patch(f"{CATEGORIES}lamps-0/", {"parent": below})

        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["parent"])
        assert Category.objects.get(slug="lamps-0").parent is None

    def test_counts_the_depth_of_all_that_moves(self, staff: Any) -> None:
        deep = rules.MAX_CATEGORY_DEPTH - 2
        chain(deep, name="deep")
        chain(3, name="moved")

        too_deep = staff.patch(f"{CATEGORIES}moved-0/", {"parent": f"deep-{deep - 1}"})
        just_fits = staff.patch(f"{CATEGORIES}moved-0/", {"parent": f"deep-{deep - 2}"})

        assert (too_deep.status_code, list(too_deep.json()["errors"])) == (400, ["parent"])
        assert just_fits.status_code == 200

    def test_gives_a_slug_once(self, staff: Any) -> None:
        chain(2, name="lamps")

        answer = staff.patch(f"{CATEGORIES}lamps-1/", {"slug": "lamps-0"})

        assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
        assert list(answer.json()["errors"]) == ["slug"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"slug": ""}, "slug"),
            ({"slug": None}, "slug"),
            ({"slug": "a b"}, "slug"),
            ({"slug": str(uuid.uuid4())}, "slug"),
            ({"slug": ["lamps"]}, "slug"),
            ({"name": ""}, "name"),
            ({"name": " \t "}, "name"),
            ({"name": None}, "name"),
            ({"name": 7}, "name"),
            ({"name": "a\x00"}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"parent": "nowhere"}, "parent"),
            ({"parent": str(uuid.uuid4())}, "parent"),
            ({"parent": ""}, "parent"),
            ({"parent": 7}, "parent"),
            ({"parent": ["lamps-0"]}, "parent"),
            ([], "non_field_errors"),
            (7, "non_field_errors"),
        ],
    )
    def test_names_what_is_bad(self, staff: Any, body: Any, field: str) -> None:
        chain(2, name="lamps")

        answer = staff.patch(f"{CATEGORIES}lamps-1/", body)

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [field]


class TestDelete:
    def test_takes_down_what_is_empty(self, staff: Any) -> None:
        chain(2, name="lamps")

        assert staff.delete(f"{CATEGORIES}lamps-1/").status_code == 204
        assert list(Category.objects.values_list("slug", flat=True)) == ["lamps-0"]

    def test_refuses_while_others_stand_on_it(self, staff: Any) -> None:
        chain(2, name="lamps")

        answer = staff.delete(f"{CATEGORIES}lamps-0/")

        assert (answer.status_code, answer.json()["code"]) == (409, "category_in_use")

    @pytest.mark.parametrize("status", ["draft", "published", "archived"])
    def test_refuses_while_products_stand_in_it(self, staff: Any, status: str) -> None:
        product(category=CategoryFactory(slug="lamps").slug, status=status)

        answer = staff.delete(f"{CATEGORIES}lamps/")

        assert (answer.status_code, answer.json()["code"]) == (409, "category_in_use")


class TestWhoMay:
    @pytest.mark.parametrize(
        ("method", "expected"),
        [
            ("get", [200, 200, 200, 200, 200]),
            ("patch", [401, 403, 403, 200, 200]),
            ("delete", [401, 403, 403, 204, 404]),
        ],
    )
    def test_a_category(self, client_of: Client, client: Any, method: str, expected: list[int]) -> None:
        CategoryFactory(slug="lamps")
        people = [client_of(), *(client_of(uuid.uuid4(), role) for role in ("customer", "seller", "support", "admin"))]

        answers = [getattr(person, method)(f"{CATEGORIES}lamps/").status_code for person in people]

        assert answers == expected
        assert getattr(client, method)(f"{CATEGORIES}lamps/").status_code == 401
