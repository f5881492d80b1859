"""Where orders answer."""

from django.urls import path

from order_svc.orders.api import views

urlpatterns = [
    path("orders/", views.Orders.as_view()),
    path("orders/quote/", views.Quote.as_view()),
    path("orders/<uuid:order_id>/", views.OneOrder.as_view()),
    path("orders/<uuid:order_id>/cancel/", views.OrderCancellation.as_view()),
    path("orders/<uuid:order_id>/ship/", views.OrderShipment.as_view()),
    path("orders/<uuid:order_id>/deliver/", views.OrderDelivery.as_view()),
]
