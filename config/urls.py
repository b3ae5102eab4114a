"""The addresses."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from config.accounts import closed_page
from config.health import healthz
from config.sign_in import ROUTE

# Before the admin's addresses are read: otherwise its own sign-in asks for a password alone, and no second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("admin/", admin.site.urls),
    # Who somebody is, the program office says: nobody changes their own address.
    path(f"{ROUTE}email/", closed_page),
    path(ROUTE, include("allauth.urls")),
    path("healthz", healthz, name="healthz"),
    path("", include("readiness.urls")),
]
