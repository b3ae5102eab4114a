"""A parameter that would be ignored is refused by name, at every address of the schema."""

from __future__ import annotations

from typing import Any

import pytest

from tests.company import Company
from tests.contracts.reading import operations
from tests.readiness.api.conftest import client, get, post

pytestmark = pytest.mark.thorough

BESIDE = {"/api/v1/schema/": "format", "/api/v1/docs/": "script"}
"""Addresses that the schema does not describe, since they show it, and what they take."""


SAYS_NONE = {("/api/v1/portfolio/waits/", "function")}
"""Where nothing is something to ask for: the days on which a pilot lay in no function."""
OF_PORTFOLIO = ("pilots/", "gates/", "exhibits/", "rights/", "portfolio/summary/", "portfolio/board/")
OF_PORTFOLIO += ("portfolio/bottlenecks/", "portfolio/trend/", "portfolio/waits/", "portfolio/decisions-that-free/")
OF_PORTFOLIO += ("decisions/", "events/", "changes/", "kinds/", "policy-gaps/")
OF_REPORTS = ("signals/", "signals/{point}/", "portfolio/alignment/", "portfolio/load/")
"""Of what managers report, whoever reads none of it is refused before anything else."""


READS = [(path, known) for path, method, known in operations() if method == "get"]
WRITES = [path for path, method, _known in operations() if method == "post"]


def at(company: Company, path: str) -> str:
    pilot = company.portfolio.pilots.first() or company.running()
    gate = company.gate(pilot, "legal-sign-off")
    return path.removeprefix("/api/v1/").format(key=pilot.key, public_id=gate.public_id, point="nothing")


def refused(answer: Any, code: str, *names: str) -> bool:
    says = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    return (answer.status_code, says["code"], sorted(says["errors"])) == (400, code, sorted(names))


def test_the_schema_names_every_address() -> None:
    assert len(READS) > 12
    assert len(WRITES) > 20
    # A file is what it is, on any day.
    assert {path for path, known in READS if not known} == {"/api/v1/", "/api/v1/evidence/{public_id}/"}


@pytest.mark.parametrize(("path", "known"), READS, ids=[path for path, _known in READS])
def test_a_read_takes_what_the_schema_says_once_and_nothing_else(
    company: Company, path: str, known: dict[str, Any]
) -> None:
    address = at(company, path)
    assert refused(get(company.vera, f"{address}?asof=2026-01-01"), "unknown_parameter", "asof")
    assert refused(get(company.vera, f"{address}?limit=9&mood=good"), "unknown_parameter", "limit", "mood")
    for name, says in known.items():
        for nothing in ("", "%20"):
            empty = get(company.vera, f"{address}?{name}={nothing}")
            if (path, name) in SAYS_NONE:
                assert empty.status_code == 200
            else:
                assert (empty.status_code, list(empty.json()["errors"])) == (422, [name])
        assert refused(get(company.vera, f"{address}?x{name}=1"), "unknown_parameter", f"x{name}")
        twice = get(company.vera, f"{address}?{name}=&{name}=")
        if says["type"] == "array":
            assert twice.status_code in (200, 422), name
        else:
            assert refused(twice, "repeated_parameter", name)


@pytest.mark.parametrize("path", WRITES)
def test_what_is_done_takes_no_parameters(company: Company, path: str) -> None:
    assert refused(post(company.ria, f"{at(company, path)}?on=2026-01-01"), "unknown_parameter", "on")
    assert refused(post(company.ria, f"{at(company, path)}?as_of=2026-01-01"), "unknown_parameter", "as_of")


@pytest.mark.parametrize(("path", "known"), READS, ids=[path for path, _known in READS])
def test_a_word_that_is_none_of_a_few_is_refused_with_all_of_them(
    company: Company, path: str, known: dict[str, Any]
) -> None:
    address = at(company, path)
    for name, says in known.items():
        words = says.get("enum") or says.get("items", {}).get("enum")
        if not words:
            continue
        answer = get(company.vera, f"{address}?{name}=perhaps")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [name])
        assert all(word in answer.json()["errors"][name][0] for word in words)


@pytest.mark.parametrize(("path", "name"), BESIDE.items())
def test_the_schema_and_its_page_are_no_exception(company: Company, path: str, name: str) -> None:
    asks = client(company.vera)
    assert asks.get(path).status_code == 200
    assert refused(asks.get(f"{path}?{name}s=1"), "unknown_parameter", f"{name}s")
    assert asks.get(path, {name: "json"}).status_code == 200


def test_the_nearest_is_named(company: Company) -> None:
    company.running()
    assert "Did you mean “standing”?" in get(company.vera, "pilots/?standng=museum_exhibit").json()["detail"]
    assert "Did you mean “as_of”?" in get(company.vera, "pilots/?asof=2026-01-01").json()["detail"]
    assert "Known are: as_of, known_at." in get(company.vera, "pilots/CO-014/?xyz=1").json()["detail"]
    assert "takes no parameters" in post(company.ria, "pilots/CO-014/start/?xyz=1").json()["detail"]
    assert "Send “on”" in post(company.ria, "pilots/CO-014/start/?as_of=2026-01-01").json()["detail"]


@pytest.mark.parametrize("kind", ["gates/?kind=", "decisions/?kind=", "pilots/?gate=", "portfolio/waits/?kind="])
def test_a_kind_that_is_none_is_refused_with_those_that_there_are(company: Company, kind: str) -> None:
    answer = get(company.vera, f"{kind}privacy")
    assert answer.status_code == 422
    assert "legal-sign-off" in answer.json()["detail"]


def test_every_address_that_takes_a_portfolio_is_known() -> None:
    found = {path.removeprefix("/api/v1/") for path, known in READS if "portfolio" in known}
    assert found == {*OF_PORTFOLIO, *OF_REPORTS}


@pytest.mark.parametrize("address", OF_PORTFOLIO)
def test_a_portfolio_that_is_none_is_refused_and_so_is_one_that_is_not_theirs(company: Company, address: str) -> None:
    company.running()
    key = company.portfolio.key
    assert get(company.vera, f"{address}?portfolio={key}").status_code == 200
    answers = [get(company.vera, f"{address}?portfolio=nowhere"), get(company.noam, f"{address}?portfolio={key}")]
    for answer in answers:
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["portfolio"])
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("debug", [True, False])
def test_the_api_without_its_last_slash_is_nothing(company: Company, settings: Any, method: str, debug: bool) -> None:
    settings.DEBUG = debug
    answer = getattr(client(company.vera), method)("/api/v1")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("size", ["many", "-1", "0", "1.5", "9" * 400])
def test_a_page_has_a_number_of_rows(company: Company, size: str) -> None:
    answer = get(company.vera, f"pilots/?page_size={size}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["page_size"])


def test_a_stranger_is_told_to_sign_in_first(db: None) -> None:
    assert get(None, "pilots/?standng=museum_exhibit").status_code == 401
