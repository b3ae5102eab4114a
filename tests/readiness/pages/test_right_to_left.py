"""A reader whose language is written from right to left reads every page so."""

from __future__ import annotations

import pytest
from django.test import override_settings

from pilots.models import Person
from tests.company import Company, browser_of
from tests.readiness.pages.opened import pilot_page

PAGES = ("/museum/", "/portfolio/", "/rights/", "/my/gates/", "/me/", "/admin/", "/api/v1/docs/", "/nowhere/")


@pytest.mark.parametrize(("language", "direction"), [("ar", ' dir="rtl"'), ("en-gb", "")])
def test_a_page_turns_with_the_language_of_its_reader(company: Company, language: str, direction: str) -> None:
    pilot = company.running()
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    with override_settings(LANGUAGES=[("en-gb", "English"), ("ar", "Arabic")]):
        for path in (*PAGES, pilot_page(pilot)):
            page = browser_of(company.ria).get(path, HTTP_ACCEPT_LANGUAGE=language).content.decode()
            assert f'<html lang="{language}"{direction}>' in page, path
        sign_in = browser_of(None).get("/accounts/login/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
        assert f'<html lang="{language}"{direction}>' in sign_in
