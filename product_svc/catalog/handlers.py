"""What others' facts mean for the catalogue."""

from uuid import UUID

from common.contracts import FileDeleted, FileStored, SellerChanged, UserRegistered
from common.events.subscriptions import subscribe
from product_svc.catalog import services
from product_svc.reviews import services as reviews


@subscribe(UserRegistered)
def keep_seller_when_user_registered(fact: UserRegistered) -> None:
    """Those who only buy are none of our business; of those who sell more is told elsewhere, perhaps before."""
    if "seller" in fact.roles:
        services.keep_seller(seller_id=UUID(fact.user_id), name=fact.full_name, version=fact.version)


@subscribe(SellerChanged)
def keep_shop_when_seller_changed(fact: SellerChanged) -> None:
    """The shop may have another name, and its owner may sell or may not."""
    services.keep_shop(shop=fact)


@subscribe(FileStored)
def judge_picture_when_file_stored(fact: FileStored) -> None:
    """A product or a review may show it already, on trust."""
    services.judge_stored_picture(file=fact)
    reviews.judge_picture(file_id=UUID(fact.file_id))


@subscribe(FileDeleted)
def take_picture_off_when_file_deleted(fact: FileDeleted) -> None:
    """Nobody can see it any more."""
    services.take_off_deleted_picture(file=fact)
    reviews.judge_picture(file_id=UUID(fact.file_id))
