"""Where carts answer."""

from django.urls import path

from order_svc.carts.api import views

urlpatterns = [
    path("cart/", views.Cart.as_view()),
    path("cart/items/", views.Items.as_view()),
    path("cart/items/<str:sku>/", views.OneItem.as_view()),
]
