"""What user_svc tells of sellers."""

from common.contracts import SellerChanged
from user_svc.sellers.models import Seller


def seller_changed(seller: Seller, *, previous_status: str) -> SellerChanged:
    """All that other services may know of a seller, and whether they may sell."""
    return SellerChanged(
        seller_id=str(seller.user_id),
        version=seller.version,
        seller_name=seller.name,
        status=seller.status,
        previous_status=previous_status,
        reason=seller.reason,
    )
