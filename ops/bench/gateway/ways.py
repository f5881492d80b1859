"""The names of the ways to a page, and of the pages measured."""

ALONE, PUBLIC, SIGNED_IN = "service alone", "gateway, visitor", "gateway, signed in"
NGINX, AS_IT_COMES = "nginx, connections kept", "nginx as it comes"
CEILING, KEPT = "plain ASGI function", "kept answer"
ONE, TWO = "one process", "two processes"

PROCESSES = "kept answer, signed in"
REAL, TRIVIAL = "product_svc, a product", "trivial service, same bytes"
GATEWAY, SERVER = "gateway", "its server alone"
