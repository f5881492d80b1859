"""Where the catalogue is found."""

from django.urls import path

from product_svc.catalog.api import categories, views

urlpatterns = [
    path("categories/", categories.Categories.as_view()),
    path("categories/<str:key>/", categories.CategoryDetail.as_view()),
    path("products/", views.Products.as_view()),
    path("products/<str:key>/", views.ProductDetail.as_view()),
]
