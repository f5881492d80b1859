"""What our own facts mean for what is kept ready."""

from uuid import UUID

from common.contracts import ProductChanged
from common.events.subscriptions import subscribe
from product_svc.answers import services


@subscribe(ProductChanged)
def forget_answers_when_product_changed(fact: ProductChanged) -> None:
    """Whoever changed it has done so already, unless it died, or Redis was away."""
    services.make_sure(product_id=UUID(fact.product_id), left=map(UUID, fact.categories))
