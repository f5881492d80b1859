"""Where the API begins: all that can be looked at without knowing an id, by name."""

from __future__ import annotations

from gateway_svc.gateway.asgi import Scope, Send, send_json

PATH = "/api/v1/"
ADDRESSES = {
    "home": ("/api/v1/home/", "What the shop greets with, in one answer."),
    "overview": ("/api/v1/me/overview/", "Your account, cart, last orders and what is unread, in one answer."),
    "products": ("/api/v1/products/", "What is for sale. Sellers add to it."),
    "categories": ("/api/v1/categories/", "The shelves, as a tree."),
    "cart": ("/api/v1/cart/", "What you are about to order."),
    "orders": ("/api/v1/orders/", "What you have ordered, and what was ordered from you."),
    "notifications": ("/api/v1/notifications/", "What you were told."),
    "preferences": ("/api/v1/notifications/preferences/", "Of what you are told at once, and how."),
    "files": ("/api/v1/files/", "Pictures and documents that you have stored."),
    "account": ("/api/v1/users/me/", "Who you are to the shop."),
    "addresses": ("/api/v1/users/me/addresses/", "Where things are sent."),
    "wishlist": ("/api/v1/users/me/wishlist/", "What you want to find again."),
    "api_keys": ("/api/v1/api-keys/", "What your programs sign in with."),
    "second_factors": ("/api/v1/users/me/factors/", "What you can show besides a password."),
    "passkeys": ("/api/v1/users/me/factors/passkeys/", "The passkeys among them."),
    "shop": ("/api/v1/sellers/me/", "What you say of yourself as a seller."),
}


class ApiRoot:
    """For programs; people get a page (site/views/api_root.py)."""

    def __init__(self, public_url: str) -> None:
        self._urls = {name: f"{public_url.rstrip('/')}{path}" for name, (path, _) in ADDRESSES.items()}

    async def answer(self, _scope: Scope, send: Send) -> None:
        """The URLs, in the manner of the REST framework's roots."""
        await send_json(send, self._urls, headers=[(b"vary", b"accept")])
