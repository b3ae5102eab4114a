"""What a start refuses outside development, by the name of the variable, and what it takes."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = [pytest.mark.thorough, pytest.mark.once]

ROOT = settings.BASE_DIR
DRAWN = "pR4vX-2cJ8wq_Zt0LmY6hBnE1sKdU9oGfAi7xCWy5TzQj3MbNuHSe"
WHOLE = {
    "DEBUG": "false",
    "SECRET_KEY": DRAWN,
    "ALLOWED_HOSTS": "lived-in.example",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
}


def asked(code: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """What comes of some code under production's settings, with variables of one's own; None leaves one out."""
    found = {name: value for name, value in (WHOLE | variables).items() if value is not None}
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **found}
    return subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


READ = "from django.conf import settings; settings.DEBUG"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", None),
        ("DATABASE_URL", ""),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "lived-in.example, *"),
        ("ALLOWED_HOSTS", "*.lived-in.example"),
        ("SECRET_KEY", None),
        ("SECRET_KEY", DRAWN[:49]),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "abcde" * 20),
        ("SECRET_KEY", "abcdefghijk" * 6),
        ("SECRET_KEY", "abcdefghijklmnopqrstuvwxyz" * 2),
        ("SECRET_KEY", "abcdefghijkl" * 5 + "x"),
        ("SECRET_KEY", "x" + "abcdefghijklmnopqrstuvwxyz" * 2),
        ("SECRET_KEY", f"django-insecure-{DRAWN}"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///"),
        ("ALLOWED_HOSTS", "https://a.example"),
        ("ALLOWED_HOSTS", "a.example/readiness"),
        ("ALLOWED_HOSTS", "a.example:8000"),
        ("ALLOWED_HOSTS", "a.example b.example"),
        ("EMAIL_PORT", "99999999"),
        ("EVIDENCE_ROOT", str(ROOT)),
        ("EVIDENCE_ROOT", str(ROOT.parent)),
        ("DEBUG", "perhaps"),
    ],
)
def test_outside_development_a_start_refuses_what_lets_anybody_in_and_names_it(name: str, value: str | None) -> None:
    refused = asked(READ, **{name: value})
    assert refused.returncode != 0
    assert f"ImproperlyConfigured: {name} must " in refused.stderr
    assert name != "SECRET_KEY" or not value or value not in refused.stderr


def test_a_secret_drawn_at_random_is_taken() -> None:
    for key in (DRAWN, secrets.token_urlsafe(64), secrets.token_hex(64)):
        assert asked(READ, SECRET_KEY=key).stderr == ""


def test_in_development_nothing_has_to_be_set() -> None:
    taken = asked(READ, DEBUG=None, ALLOWED_HOSTS=None, DATABASE_URL=None)
    assert taken.stderr == ""


COOKIES = """
import django, json
django.setup()
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
staticfiles_storage.url = lambda name, force=False: name
page = Client(SERVER_NAME="lived-in.example").get("/accounts/login/", secure=True)
cookies = {name: [morsel["secure"], morsel["path"], morsel["domain"]] for name, morsel in page.cookies.items()}
ours = [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_PATH]
print(json.dumps([cookies, [*ours, settings.SESSION_COOKIE_DOMAIN, settings.SESSION_COOKIE_HTTPONLY]]))
"""


def test_outside_development_cookies_are_this_hosts_alone() -> None:
    said = asked(COOKIES)
    assert said.returncode == 0, said.stderr
    cookies, session = json.loads(said.stdout.splitlines()[-1])
    assert cookies == {"__Host-csrftoken": [True, "/", ""]}
    assert session == ["__Host-sessionid", True, "/", None, True]
