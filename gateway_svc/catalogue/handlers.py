"""What the gateway does when it hears of the catalogue."""

from common.contracts import ProductChanged, ShowingChanged
from common.events.subscriptions import subscribe
from gateway_svc.catalogue import rules
from gateway_svc.catalogue.adapters.announcements import announce


@subscribe(ProductChanged)
def forget_product_when_product_changed(fact: ProductChanged) -> None:
    announce(rules.pages_of((fact.product_id, fact.slug)) | {rules.LISTS})


@subscribe(ShowingChanged)
def forget_what_is_shown_when_showing_changed(fact: ShowingChanged) -> None:
    groups = rules.pages_of(fact.products)
    groups |= {rules.LISTS} if fact.lists else set()
    groups |= {rules.CATEGORIES} if fact.categories else set()
    announce({rules.EVERYTHING} if fact.everything else groups)
