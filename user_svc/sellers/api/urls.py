"""The paths of sellers."""

from django.urls import path

from user_svc.sellers.api import views

urlpatterns = [
    path("me/", views.OwnShop.as_view()),
    path("<uuid:seller_id>/", views.Seller.as_view()),
    path("<uuid:seller_id>/approve/", views.Approval.as_view()),
    path("<uuid:seller_id>/suspend/", views.Suspension.as_view()),
]
