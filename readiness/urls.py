"""The addresses of pages and API."""

from django.urls import URLPattern

app_name = "readiness"
urlpatterns: list[URLPattern] = []
