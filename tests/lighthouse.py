"""What Lighthouse says of the pages: each that somebody of the sample lands on, served as the README's first command serves it.

python -m tests.lighthouse                 as everybody, on a telephone and on a desk
python -m tests.lighthouse mara museum     only whose address or page has one of these words

It needs the program `lighthouse`, an npm package, on the PATH or named by LIGHTHOUSE, and a Chromium.
Exit status 1 where a page is below what is asked; what took away is told below its row.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.chromium import FLAGS, chromium

ROOT = Path(__file__).resolve().parents[1]
LIMITS = {"accessibility": 100, "best-practices": 100, "performance": 95}
FORMS = {"telephone": (), "desk": ("--preset=desktop",)}
PEOPLE = {
    "": ("/accounts/login/",),
    "ines.aldana": ("/admin/", "/portfolio/", "/museum/", "/museum/claims/", "/rights/", "/me/"),
    "aurelia.finch": ("/my/gates/", "/me/", "/portfolio/"),
    "perpetua.rask": ("/my/decisions/", "/museum/", "/me/"),
    "mara.lindqvist": ("/my/work/", "/my/gates/", "/listen/", "/signals/", "/me/"),
    "hanne.kjeldsen": (
        "/museum/",
        "/museum/claims/",
        "/portfolio/",
        "/rights/",
        "/signals/",
        "/policy-gaps/",
        "/search/?q=renewal",
        "/api/v1/docs/",
    ),
}
"""Who of the sample opens what: nobody, the office, a sponsor, a decider, a manager and a reviewer; a pilot besides, each."""


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """The README's first command, with a database of its own; gives its address."""
    database = f"sqlite:///{folder / 'sample.sqlite3'}"
    os.environ |= {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + "/healthz", server)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(180):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(1)
    raise SystemExit("The sample was not served.")


def visits() -> Iterator[tuple[str, str, str]]:
    """Who opens which page, with the cookie of their session."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from pilots.models import Person, Pilot

    running = Pilot.objects.filter(stage="running").earliest("pk")
    for who, paths in PEOPLE.items():
        client = Client(SERVER_NAME="127.0.0.1")
        if who:
            client.force_login(Person.objects.get(email=f"{who}@vantling.example"))
        cookies = client.cookies.get(settings.SESSION_COOKIE_NAME)
        seen = (path for path in (f"/pilots/{running.key}/",) if who and client.get(path).status_code == 200)
        for path in (*paths, *seen):
            yield who or "nobody", path, cookies.OutputString().partition(";")[0] if cookies else ""


def report(program: str, address: str, cookie: str, form: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """One page, read by Lighthouse."""
    kept = folder / "report.json"
    kept.unlink(missing_ok=True)
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
    command = [
        program,
        address,
        "--quiet",
        "--output=json",
        f"--output-path={kept}",
        f"--only-categories={','.join(LIMITS)}",
        f"--extra-headers={headers}",
        f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
        *form,
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"CHROME_PATH": str(chromium())})
    if done.returncode or not kept.exists():
        raise SystemExit(f"Lighthouse failed on {address}:\n{done.stderr}")
    found: dict[str, Any] = json.loads(kept.read_text())
    if error := found.get("runtimeError"):
        raise SystemExit(f"{address}: {error['message']}")
    return found


def below(found: dict[str, Any], category: str) -> Iterator[str]:
    """What took away from the score of one category."""
    for part in found["categories"][category]["auditRefs"]:
        audit = found["audits"][part["id"]]
        if part["weight"] and audit["score"] is not None and audit["score"] < 1:
            yield f"{audit['id']}: {audit.get('displayValue') or audit['title']}"
            for item in (audit.get("details") or {}).get("items", [])[:3]:
                yield f"    {json.dumps(item.get('node', item))[:300]}"


def main() -> int:
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if program is None or chromium() is None:
        raise SystemExit("There is no lighthouse on this machine, or no Chromium: npm install --global lighthouse")
    words, failed = sys.argv[1:], 0
    with tempfile.TemporaryDirectory() as name, started(Path(name)) as address:
        print(f"{'who':16} {'page':24} {'form':10} {'  '.join(LIMITS)}")
        for who, path, cookie in list(visits()):
            if words and not any(word in who or word in path for word in words):
                continue
            for form, options in FORMS.items():
                found = report(program, address + path, cookie, options, Path(name))
                scores = {each: round((found["categories"][each]["score"] or 0) * 100) for each in LIMITS}
                print(
                    f"{who:16} {path:24} {form:10} {'  '.join(f'{scores[each]:{len(each)}}' for each in LIMITS)}",
                    flush=True,
                )
                for category, limit in LIMITS.items():
                    if scores[category] < limit:
                        failed += 1
                        print("\n".join(f"    {line}" for line in below(found, category)), flush=True)
    print(f"{failed} below {LIMITS}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
