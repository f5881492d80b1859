"""What the ways to a page are called, and the pages that are no page of the shop."""

ALONE, NGINX, PUBLIC, SIGNED_IN = "service alone", "nginx, one worker", "gateway, visitor", "gateway, signed in"
CEILING, KEPT = "plain ASGI function", "kept answer"
ONE, TWO = "one process", "two processes"

PROCESSES = "kept answer, signed in"
REAL, TRIVIAL = "product_svc, a product", "trivial service, same bytes"
GATEWAY, SERVER = "gateway", "its server alone"
