"""What gateway_svc has of its own; the rest is in common.settings.service."""

from importlib.util import find_spec
from pathlib import Path

from common.settings import env
from common.settings.service import for_service
from common.topology import SERVICES
from gateway_svc.gateway.admittance import Admittance
from gateway_svc.gateway.limits.policies import DEFAULTS, policies
from gateway_svc.gateway.middleware.cors import origins
from gateway_svc.gateway.places import SocketLimits
from gateway_svc.gateway.proxies import networks
from gateway_svc.gateway.routes import routes_by_name
from gateway_svc.gateway.upstreams.treatment import Treatment

APPS = (
    *("gateway_svc.sessions", "gateway_svc.catalogue", "gateway_svc.browsers", "gateway_svc.api_keys"),
    *("gateway_svc.house_rules", "gateway_svc.site", "gateway_svc.token_keys"),
)

globals().update(for_service("gateway_svc", apps=APPS))

# What shows the API's document (site/views/api_docs.py); its package holds another such program, and is no app of ours.
_SIDECAR = find_spec("drf_spectacular_sidecar")
if _SIDECAR and _SIDECAR.origin:
    _SWAGGER_UI = Path(_SIDECAR.origin).parent / "static" / "drf_spectacular_sidecar" / "swagger-ui-dist"
    STATICFILES_DIRS = [("swagger-ui", _SWAGGER_UI)]

# Requests are answered by the plain ASGI application in config/asgi.py; Django's handler shows a few pages (site/).
MIDDLEWARE = [
    "gateway_svc.site.middleware.NoConnectionLeft",
    "django.middleware.security.SecurityMiddleware",
    "common.pages.middleware.ContentSecurityPolicy",
    "gateway_svc.site.middleware.Personal",
    "django.middleware.csrf.CsrfViewMiddleware",
    "gateway_svc.site.middleware.ProblemsOfViews",
]
CSRF_FAILURE_VIEW = "gateway_svc.site.views.problems.csrf_failed"

# With which the tokens of signed-in browsers are encrypted: the first encrypts, all decrypt.
BROWSER_KEYS = env.keys("GATEWAY_SVC_BROWSER_KEYS") if env.optional("GATEWAY_SVC_BROWSER_KEYS") else []

# Who may say for whom a request is, which pages of other origins may use the API, and how long browsers that were here
# once come by https alone.
TRUSTED_PROXIES = networks(env.optional("OPENCOMMERCE_TRUSTED_PROXIES"))
CORS_ORIGINS = origins(env.optional("OPENCOMMERCE_CORS_ORIGINS"))
HSTS_SECONDS = int(env.seconds("OPENCOMMERCE_HSTS_SECONDS", 31_536_000))
# How much somebody may ask (gateway/limits/policies.py).
RATE_LIMITS = policies(env.optional("OPENCOMMERCE_RATE_LIMITS", "on"))
# What staff may set, as it is before they do (house_rules).
KNOWN_LIMITS = RATE_LIMITS or DEFAULTS
KNOWN_ROUTES = routes_by_name()
SOCKET_LIMITS = SocketLimits(
    a_person=env.whole_number("GATEWAY_SVC_SOCKETS_A_PERSON", SocketLimits.a_person),
    an_address=env.whole_number("GATEWAY_SVC_SOCKETS_AN_ADDRESS", SocketLimits.an_address),
)
# Of any kind, for each gateway process (gateway/server/crowd.py).
CONNECTIONS_AN_ADDRESS = env.whole_number("GATEWAY_SVC_CONNECTIONS_AN_ADDRESS", Admittance.an_address)
# Of the catalogue's answers a process keeps so much in memory; 0: none.
CACHE_BYTES = env.whole_number("GATEWAY_SVC_CACHE_MIB", 32) * 1024 * 1024

# Of requests' bodies so much lies in a process at a time, and as much of answers that clients read slowly.
BODIES_BYTES = env.whole_number("GATEWAY_SVC_BODIES_MIB", 256) * 1024 * 1024

# How long those who are signed in at a browser stay so past the end of their token, while user_svc is away.
BROWSER_GRACE_SECONDS = env.seconds("GATEWAY_SVC_BROWSER_GRACE_SECONDS", 3600)

# docs/explanation/balancing.md
UPSTREAM_TREATMENT = Treatment(
    in_flight_an_instance=env.whole_number("GATEWAY_SVC_IN_FLIGHT_AN_INSTANCE", Treatment.in_flight_an_instance),
    check_seconds=env.seconds("GATEWAY_SVC_CHECK_SECONDS", Treatment.check_seconds),
    resolve_seconds=env.seconds("GATEWAY_SVC_RESOLVE_SECONDS", Treatment.resolve_seconds),
    ejection_seconds=env.seconds("GATEWAY_SVC_EJECTION_SECONDS", Treatment.ejection_seconds),
    circuit_requests=env.whole_number("GATEWAY_SVC_CIRCUIT_REQUESTS", Treatment.circuit_requests),
    circuit_seconds=env.seconds("GATEWAY_SVC_CIRCUIT_SECONDS", Treatment.circuit_seconds),
)

ASSERTION_KEY = env.key("GATEWAY_SVC_ASSERTION_KEY")
REDIS_URL = env.required("OPENCOMMERCE_REDIS_URL")
UPSTREAM_URLS = {each.name: env.required(each.url_variable).split(",") for each in SERVICES if each.prefixes}
SOCKET_URLS = {
    each.name: env.required(each.socket_url_variable).split(",") for each in SERVICES if each.socket_prefixes
}
