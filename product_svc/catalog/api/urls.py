"""Where the catalogue is found."""

from django.urls import path

from product_svc.catalog.api import views

urlpatterns = [
    path("categories/", views.Categories.as_view()),
    path("products/", views.Products.as_view()),
    path("products/<str:key>/", views.ProductDetail.as_view()),
]
