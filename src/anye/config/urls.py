"""All addresses. A new one fails tests/house/test_access_matrix.py until it is declared there."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
