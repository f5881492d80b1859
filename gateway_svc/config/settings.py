"""What gateway_svc has of its own; the rest is in common.settings.service."""

from common.settings import env
from common.settings.service import for_service
from common.topology import SERVICES

globals().update(for_service("gateway_svc", apps=("gateway_svc.sessions",)))

# Requests are answered by the plain ASGI application in config/asgi.py, never by Django's handler.
ROOT_URLCONF = None
MIDDLEWARE: list[str] = []

ASSERTION_KEY = env.key("GATEWAY_SVC_ASSERTION_KEY")
REDIS_URL = env.required("OPENCOMMERCE_REDIS_URL")
UPSTREAM_URLS = {each.name: env.required(each.url_variable).split(",") for each in SERVICES if each.prefixes}
SOCKET_URLS = {
    each.name: env.required(each.socket_url_variable).split(",") for each in SERVICES if each.socket_prefixes
}
