"""Where reviews are found."""

from django.urls import path

from product_svc.reviews.api import views

urlpatterns = [
    path("products/<str:key>/reviews/", views.Reviews.as_view()),
    path("products/<str:key>/reviews/<uuid:review_id>/", views.ReviewDetail.as_view()),
]
