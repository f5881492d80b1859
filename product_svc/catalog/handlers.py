"""What others' facts mean for the catalogue."""

from uuid import UUID

from common.contracts import UserRegistered
from common.events.subscriptions import subscribe
from product_svc.catalog import services


@subscribe(UserRegistered)
def keep_seller_when_user_registered(fact: UserRegistered) -> None:
    """Those who only buy are none of our business."""
    if "seller" in fact.roles:
        services.keep_seller(seller_id=UUID(fact.user_id), name=fact.full_name, version=fact.version)
