"""A client of the public HTTP API, as one visitor."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pyreqwest.multipart import FormBuilder, PartBuilder

from ops.feed import LiveFeed
from ops.transport import Json, Refused, Transport, Unreachable

__all__ = ["Json", "LiveFeed", "Refused", "Shop", "Unreachable"]

MEDIA_TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


class Shop:
    """One visitor: anonymous until signed in, then that user, with tokens renewed as they expire.

    Every call may raise Refused or Unreachable.
    """

    def __init__(self, origin: str, *, timeout_seconds: float = 10.0, patience_seconds: float = 0.0) -> None:
        self._transport = Transport(origin, timeout_seconds=timeout_seconds, patience_seconds=patience_seconds)
        self._renewing = threading.Lock()
        self.access = ""
        self.refresh = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def origin(self) -> str:
        """The gateway's origin."""
        return self._transport.origin

    def another_visitor(self) -> Shop:
        """Another client of the same shop, not signed in."""
        transport = self._transport
        return Shop(self.origin, timeout_seconds=transport.timeout_seconds, patience_seconds=transport.patience_seconds)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def request(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **sent: Any) -> Any:
        """Any call of the API, as the user who is signed in; after a 401 the token is renewed once."""
        used = self.access
        try:
            return self._transport.send(method, path, headers={**_credential(used), **(headers or {})}, **sent)
        except Refused as refusal:
            if refusal.status != 401 or not self.refresh:
                raise
        self._renew(used)
        return self._transport.send(method, path, headers={**_credential(self.access), **(headers or {})}, **sent)

    # Who is asking

    def register(self, *, email: str, password: str, full_name: str, role: str = "customer") -> Json:
        """Register, which also signs in. Returns the user."""
        body = {"email": email, "password": password, "full_name": full_name, "role": role}
        answer = self._transport.send("POST", "/api/v1/auth/register/", body=body)
        self._keep(answer)
        user: Json = answer["user"]
        return user

    def sign_in(self, *, email: str, password: str) -> None:
        """Sign in with a password."""
        body = {"email": email, "password": password}
        self._keep(self._transport.send("POST", "/api/v1/auth/token/", body=body))

    # The catalogue

    def categories(self) -> list[Json]:
        """The tree of categories, from its roots."""
        return list(self.every("/api/v1/categories/"))

    def create_category(self, *, slug: str, name: str, parent: str | None = None) -> Json:
        """Create a category, as staff; ``parent`` is a slug."""
        body = {"slug": slug, "name": name} | ({"parent": parent} if parent else {})
        return self._object("POST", "/api/v1/categories/", body=body)

    def products(self, **filters: str) -> Iterator[Json]:
        """The products that the shop lists, page after page."""
        return self.every("/api/v1/products/", {"page_size": "100", **filters})

    def product(self, id_or_slug: str) -> Json:
        """One product in full."""
        return self._object("GET", f"/api/v1/products/{id_or_slug}/")

    def is_in_memory(self, product_id: str) -> bool:
        """GET a product. Returns whether the gateway answered from its cache."""
        how: str = self.request("GET", f"/api/v1/products/{product_id}/", field="cache-status")
        return "hit" in how

    def create_product(self, product: Json) -> Json:
        """Create a product."""
        return self._object("POST", "/api/v1/products/", body=product)

    def change_product(self, product_id: str, changes: Json) -> Json:
        """Replace some of a product's fields."""
        return self._object("PATCH", f"/api/v1/products/{product_id}/", body=changes)

    def review_product(self, product_id: str, *, rating: int, title: str, body: str) -> Json:
        """Post a review of a product that the user has bought."""
        review = {"rating": rating, "title": title, "body": body}
        return self._object("POST", f"/api/v1/products/{product_id}/reviews/", body=review)

    def stock(self, sku: str) -> Json:
        """The stock of a SKU: how many are on hand, reserved and available."""
        return self._object("GET", f"/api/v1/inventory/{sku}/")

    # Files

    def upload(self, path: Path, *, purpose: str = "product_image", name: str | None = None) -> Json:
        """Store a file, under its own name or another; with an idempotency key, so that retries store it once."""
        content = path.read_bytes()
        media_type = MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")

        def form() -> FormBuilder:
            part = PartBuilder.from_bytes(content).file_name(name or path.name).mime(media_type)
            return FormBuilder().text("purpose", purpose).part("file", part)

        return self._object("POST", "/api/v1/files/", form=form, headers={"Idempotency-Key": secrets.token_hex(16)})

    def file(self, file_id: str) -> Json:
        """The metadata of a stored file."""
        return self._object("GET", f"/api/v1/files/{file_id}/")

    def files(self, **filters: str) -> Iterator[Json]:
        """The user's stored files, page after page."""
        return self.every("/api/v1/files/", {"page_size": "100", **filters})

    def file_content(self, file_id: str) -> bytes:
        """A stored file as it was uploaded."""
        content: bytes = self.request("GET", f"/api/v1/files/{file_id}/content/", read=bytes)
        return content

    def delete_file(self, file_id: str) -> None:
        """Delete a file."""
        self.request("DELETE", f"/api/v1/files/{file_id}/")

    # Carts

    def cart(self) -> Json:
        """The cart with its items."""
        return self._object("GET", "/api/v1/cart/")

    def add_to_cart(self, sku: str, quantity: int = 1) -> Json:
        """Add this quantity of a SKU to the cart."""
        return self._object("POST", "/api/v1/cart/items/", body={"sku": sku, "quantity": quantity})

    # Orders and what is told of them

    def place_order(self, items: Sequence[tuple[str, int]], *, address: Json, token: str, key: str) -> Json:
        """Order ``items`` (SKU and quantity), paying with a sandbox token; the same key never orders twice."""
        wanted = [{"sku": sku, "quantity": quantity} for sku, quantity in items]
        return self._order({"items": wanted}, address=address, token=token, key=key)

    def order_cart(self, *, address: Json, token: str, key: str, expected_total: Json) -> Json:
        """Order the contents of the cart, if the total is still the expected one."""
        return self._order({"expected_total": expected_total}, address=address, token=token, key=key)

    def order(self, order_id: str) -> Json:
        """One order in its current state."""
        return self._object("GET", f"/api/v1/orders/{order_id}/")

    def notifications(self) -> Iterator[Json]:
        """The user's notifications, page after page."""
        return self.every("/api/v1/notifications/")

    def live_feed(self, *, after: int | None = None) -> LiveFeed:
        """Open the live feed, from now on, or from after a sequence. Raises FeedLost."""
        return LiveFeed(self.origin, access=self.access, after=after, timeout_seconds=self._transport.timeout_seconds)

    # How it is asked

    def _order(self, what: Json, *, address: Json, token: str, key: str) -> Json:
        body = {**what, "shipping_address": address, "payment": {"provider": "sandbox", "token": token}}
        return self._object("POST", "/api/v1/orders/", body=body, headers={"Idempotency-Key": key})

    def every(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Json]:
        """The items of a list, following its pages."""
        page = self._object("GET", path, query=query)
        yield from page["results"]
        while page.get("next"):
            # Only the path and query, so that a shop with two host names is always called by the given one.
            address = urlsplit(page["next"])
            page = self._object("GET", f"{address.path}?{address.query}")
            yield from page["results"]

    def _object(self, method: str, path: str, **sent: Any) -> Json:
        answer: Json = self.request(method, path, **sent)
        return answer

    def _keep(self, answer: Json) -> None:
        self.access, self.refresh = answer["access"], answer["refresh"]

    def _renew(self, expired: str) -> None:
        """Renew the token, once for all threads that found it expired: a refresh token sent twice ends the session."""
        with self._renewing:
            if self.access == expired:
                body = {"refresh": self.refresh}
                self._keep(self._transport.send("POST", "/api/v1/auth/token/refresh/", body=body))


def _credential(access: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access}"} if access else {}
