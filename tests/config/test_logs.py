"""No secret stands in a log, no letter is printed where an installation runs, and a refusal is one line."""

from __future__ import annotations

import io
import json
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.views import LoginView
from django.conf import settings
from django.core import checks
from django.core.exceptions import SuspiciousOperation
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from gunicorn.config import Config

from config.access_log import MaskedLogger
from config.masking import SecretMaskingFilter, mask_secrets
from pilots import actions
from pilots.models import Person
from pilots.refusals import Busy
from readiness.api.base import ApiView
from readiness.management.checks import letters_leave
from readiness.text import address_letters, mail

pytestmark = [pytest.mark.thorough, pytest.mark.once]

ROOT = settings.BASE_DIR
SECRET = "s3cret-to-open-a-door"


@contextmanager
def lines() -> Iterator[list[dict[str, Any]]]:
    """What is written to standard error meanwhile, as it is written there."""
    (root,) = [each for each in logging.getLogger().handlers if each.formatter and _ours(each)][:1]
    said, found = io.StringIO(), []
    stream = root.setStream(said)  # type: ignore[attr-defined]
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.INFO)
    try:
        yield found
    finally:
        logging.getLogger().setLevel(level)
        root.setStream(stream)  # type: ignore[attr-defined]
        found += [json.loads(line) for line in said.getvalue().splitlines()]


def _ours(handler: logging.Handler) -> bool:
    return type(handler.formatter).__name__ == "ProcessorFormatter"


def secret_addresses(patterns: list[Any], start: str = "/") -> Iterator[str]:
    """Every address of ours and of the sign-in that takes a secret, with one in it."""
    for each in patterns:
        here = start + str(each.pattern).lstrip("^").rstrip("$")
        if isinstance(each, URLResolver):
            yield from secret_addresses(each.url_patterns, here)
        elif isinstance(each, URLPattern) and {"key", "token"} & each.pattern.converters.keys() | _groups(each):
            yield here


def _groups(pattern: URLPattern) -> set[str]:
    return {"key", "token"} & pattern.pattern.regex.groupindex.keys()


ADDRESSES = {
    "/accounts/password/reset/key/1-{secret}/": "/accounts/password/reset/key/…/",
    "/accounts/confirm-email/{secret}/": "/accounts/confirm-email/…/",
    "/me/address/link/{secret}/": "/me/address/link/…/",
    "/listen/link/{secret}/": "/listen/link/…/",
}


def test_every_address_that_takes_a_secret_is_known() -> None:
    found = {at for at in secret_addresses(get_resolver().url_patterns) if "pilot" not in at}
    assert len(found) == len(ADDRESSES), found
    for address, says in ADDRESSES.items():
        path = address.format(secret=SECRET)
        assert mask_secrets(f"GET {path}?next=/ HTTP/1.1") == f"GET {says}?next=/ HTTP/1.1"
        for times in (1, 2):
            path = quote(path, safe="")
            assert SECRET not in mask_secrets(f"/accounts/login/?next={path}&a=b"), times
            assert mask_secrets(f"/accounts/login/?next={path}&a=b").endswith("&a=b")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_request_log_holds_no_secret(address: str) -> None:
    with lines() as said:
        for path in (address.format(secret=SECRET), f"/accounts/login/?next={address.format(secret=SECRET)}"):
            Client().get(path)
    assert said
    assert SECRET not in json.dumps(said)


@pytest.mark.django_db
def test_the_link_in_a_letter_is_in_no_log() -> None:
    person = Person.objects.create_user("lena@example.org", None, name="Lena")
    actions.amend_account(person=person, by=None, set={"email": "orr@example.org"})
    token = address_letters.token_of(person)
    with lines() as said:
        assert Client().get(f"/me/address/link/{token}/").status_code == 200
        Client().get("/accounts/login/", {"next": f"/me/address/link/{token}/"})
    first, _second = (line["request"] for line in said)
    assert first == "GET /me/address/link/…/"
    assert not [part for part in token.split(":") if part in json.dumps(said)]


def test_neither_the_development_server_nor_gunicorn_writes_one() -> None:
    path = next(iter(ADDRESSES)).format(secret=SECRET)
    record = logging.LogRecord("django.server", logging.INFO, "", 0, '"%s" %s', (f"GET {path} HTTP/1.1", "200"), None)
    assert SecretMaskingFilter().filter(record)
    assert SECRET not in record.getMessage()
    handlers = [each for each in logging.getLogger("django.server").handlers if type(each) is logging.StreamHandler]
    assert handlers
    assert all(any(isinstance(each, SecretMaskingFilter) for each in handler.filters) for handler in handlers)
    logger = MaskedLogger(Config())
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": path, "PATH_INFO": path, "SERVER_PROTOCOL": "HTTP/1.1"}
    response = type("Response", (), {"status": "200 OK", "sent": 1, "headers": []})()
    request = type("Request", (), {"headers": [("REFERER", f"http://localhost{path}")]})()
    atoms = logger.atoms(response, request, environ | {"HTTP_REFERER": path}, timedelta(seconds=1))
    assert SECRET not in str(dict(atoms))
    for_gunicorn: dict[str, Any] = {}
    exec((ROOT / "gunicorn.conf.py").read_text(encoding="utf-8"), for_gunicorn)
    assert for_gunicorn["logger_class"] == f"{MaskedLogger.__module__}.{MaskedLogger.__name__}"


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "code"), [("/admin/", 403), ("/nothing/here/", 404), ("/api/v1/pilots/NONE/", 404)])
def test_a_refusal_is_one_line_and_no_traceback(path: str, code: int) -> None:
    client = Client()
    client.force_login(Person.objects.create_user("lena@example.org", None, name="Lena"))
    with lines() as said:
        assert client.get(path).status_code == code
    (line,) = said
    assert (line["code"], line["request"]) == (code, f"GET {path}")
    assert "exception" not in line
    assert "Traceback" not in json.dumps(line)


def test_a_form_from_another_page_is_one_line(db: None) -> None:
    with lines() as said:
        assert Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a"}).status_code == 403
    assert [(line["code"], line["request"]) for line in said] == [(403, "POST /accounts/login/")]


@pytest.mark.parametrize("path", ["/", "/api/v1/pilots/", "/accounts/login/"])
def test_a_wrong_host_is_one_line_without_a_traceback(db: None, path: str) -> None:
    with lines() as said:
        assert Client(SERVER_NAME="elsewhere.example").get(path).status_code == 400
    (line,) = said
    assert "Traceback" not in json.dumps(line)


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/pilots/"])
@pytest.mark.parametrize("error", [ZeroDivisionError("by nought"), Busy(), SuspiciousOperation("odd")])
def test_what_breaks_is_one_line_with_its_trace_once(
    db: None, monkeypatch: pytest.MonkeyPatch, path: str, error: Exception
) -> None:
    def breaks(*_args: Any, **_more: Any) -> None:
        raise error

    monkeypatch.setattr(LoginView, "get_context_data", breaks)
    monkeypatch.setattr(ApiView, "initial", breaks)
    client = Client(raise_request_exception=False)
    with lines() as said:
        code = client.get(path).status_code
    assert code == {"Busy": 503, "SuspiciousOperation": 400}.get(type(error).__name__, 500)
    (line,) = said
    assert (line["code"], line["request"]) == (code, f"GET {path}")
    assert json.dumps(line).count("Traceback") == (code == 500)


# Letters


def test_without_a_mail_server_no_letter_is_sent_and_none_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(mail.NoMailServer):
        get_connection(mail.NONE).send_messages([EmailMessage("Subject", SECRET, to=["lena@example.org"])])
    assert SECRET not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("backend", "debug", "found"),
    [
        (mail.NONE, False, ["readiness.E001"]),
        (mail.PRINTED, False, ["readiness.E002"]),
        (mail.PRINTED, True, []),
        ("django.core.mail.backends.smtp.EmailBackend", False, []),
    ],
)
def test_the_deployment_check_asks_for_a_mail_server(
    settings: Any, backend: str, debug: bool, found: list[str]
) -> None:
    settings.EMAIL_BACKEND, settings.DEBUG = backend, debug
    assert [each.id for each in letters_leave(None)] == found
    assert all(each.level >= checks.ERROR for each in letters_leave(None))


def in_production(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("EMAIL_", "DJANGO_"))}
    environ |= {"DEBUG": "false", "ALLOWED_HOSTS": "lived-in.example", "SECRET_KEY": secrets.token_urlsafe(64)}
    environ |= {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"} | more
    command = (sys.executable, "manage.py", *command)
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_production_without_a_mail_server_fails_the_deployment_check() -> None:
    without = in_production("check", "--deploy")
    assert without.returncode != 0
    assert "readiness.E001" in without.stderr
    with_one = in_production("check", "--deploy", EMAIL_HOST="mail.example.org")
    assert with_one.returncode == 0, with_one.stderr


def test_production_prints_no_letter() -> None:
    shown = in_production("shell", "-c", "from django.conf import settings; print(settings.EMAIL_BACKEND)")
    assert mail.NONE in shown.stdout
