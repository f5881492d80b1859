"""What is done with reviews, a module a topic."""

from product_svc.reviews.services.images import give_up_awaited_pictures, judge_picture
from product_svc.reviews.services.purchases import remember_purchase
from product_svc.reviews.services.reviews import change_review, post_review, withdraw_review

__all__ = [
    "change_review",
    "give_up_awaited_pictures",
    "judge_picture",
    "post_review",
    "remember_purchase",
    "withdraw_review",
]
