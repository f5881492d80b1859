"""Where stock is found."""

from django.urls import path

from product_svc.inventory.api import views

urlpatterns = [
    path("inventory/<str:sku>/", views.Stock.as_view()),
    path("inventory/<str:sku>/adjust/", views.StockAdjustment.as_view()),
    path("inventory/<str:sku>/warning/", views.StockWarning.as_view()),
]
