"""The addresses of pages and API."""

from django.urls import URLPattern, URLResolver, path

from readiness import addresses as addresses  # registers pilot_key
from readiness.pages.home import home
from readiness.pages.rights import rights

app_name = "readiness"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("rights/", rights, name="rights"),
]
