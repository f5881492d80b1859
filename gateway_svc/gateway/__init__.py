"""A reverse proxy in plain ASGI: Django's handler never sees what passes here.

A request goes through ``middleware`` in the order that ``app`` lists, and ends in ``proxy`` (HTTP), ``sockets``
(WebSocket) or ``pages`` (what the gateway answers itself). docs/explanation/gateway.md names every module.
"""
