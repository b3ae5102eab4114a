"""The two servers, and what their processes take: the processor time of a worker and of the database, and memory."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, perf_counter, sleep

LONGEST = 60
"""Seconds after which a request is given up."""
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FAR = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1", "Host": "localhost"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, how long it took in milliseconds, and of that, the worker's and the database's processor time."""

    status: int
    body: bytes
    ms: float
    worker_ms: float
    database_ms: float
    statements: int
    leads_to: str = ""
    cookies: str = ""


@dataclass(slots=True)
class Server:
    """One gunicorn with one worker, on a port of this machine."""

    port: int
    process: subprocess.Popen[bytes]
    database: str

    @property
    def worker(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def ask(self, path: str, headers: dict[str, str], method: str = "GET", body: bytes | None = None) -> Answer:
        """One request on a connection of its own."""
        worker, backends = self.worker, _backends(self.database)
        before = _ran(worker), sum(_ran(pid) for pid in backends)
        began = perf_counter()
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            asked.request(method, path, body, FAR | headers)
            answer = asked.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as failed:
            sleep(2)
            return Answer(0, str(failed).encode(), 1000 * (perf_counter() - began), 0, 0, 0)
        took = 1000 * (perf_counter() - began)
        asked.close()
        after = _ran(worker), sum(_ran(pid) for pid in _backends(self.database))
        number = int(answer.headers.get("X-Statements", "0"))
        ran, asked_of = (after[0] - before[0]) / 1e6, max(0, after[1] - before[1]) / 1e6
        cookies = "; ".join(each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie") or ())
        return Answer(answer.status, text, took, ran, asked_of, number, answer.headers.get("Location", ""), cookies)

    def peak_mb(self) -> float:
        """The most memory that the worker ever had, its own and what it shares, in megabytes."""
        for line in Path(f"/proc/{self.worker}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return round(int(line.split()[1]) / 1024, 1)
        return 0.0


def _ran(pid: int) -> int:
    """Nanoseconds for which a process has run."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _backends(database: str) -> list[int]:
    """The processes of the database server that serve one database. Those of parallel queries are off while this runs."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                says = (place / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if says.startswith(b"postgres:") and f" {database} ".encode() in says:
                found.append(int(place.name))
    return found


@contextmanager
def serving(application: str, port: int, database: str, *, product: Path, **environment: str) -> Iterator[Server]:
    """Start gunicorn with one worker of the product's own settings, and stop it afterwards."""
    paths = [str(product), str(HERE), str(ROOT)]
    given = os.environ | environment | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-b",
        f"127.0.0.1:{port}",
        "-w",
        "1",
        "--threads",
        "1",
        "--timeout",
        str(LONGEST),
        application,
    ]
    with Path(f"/tmp/{database}-{port}.log").open("wb") as log:
        process = subprocess.Popen([*command, "--log-level", "error"], cwd=product, env=given, stdout=log, stderr=log)
    server = Server(port, process, database)
    try:
        _wait(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _wait(server: Server) -> None:
    until = monotonic() + 60
    while monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            there = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
            there.connect()
            there.close()
            sleep(1)
            assert server.worker
            return
        except (OSError, IndexError):
            sleep(0.2)
    raise SystemExit(f"The server does not answer: /tmp/{server.database}-{server.port}.log says why.")
