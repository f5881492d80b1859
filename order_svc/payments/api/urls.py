"""Where payments answer."""

from django.urls import path

from order_svc.payments.api import views

urlpatterns = [
    path("payments/webhooks/<str:provider>/", views.Webhook.as_view()),
]
