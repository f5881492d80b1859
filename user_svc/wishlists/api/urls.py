"""The paths of a wishlist."""

from django.urls import path

from user_svc.wishlists.api import views

urlpatterns = [
    path("", views.Wishlist.as_view()),
    path("<uuid:product_id>/", views.Wish.as_view()),
]
