"""Many pilots at once at the desk: a preview between list and list, and each refused by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from pilots import actions
from pilots.clock import today
from pilots.derived import rebuild
from pilots.event_log import verify
from pilots.models import Event, Function, Gate, GateKind, GatePeriod, Person, Pilot, Portfolio
from tests.company import gate_of
from tests.readiness.admin.conftest import Record, account
from tests.readiness.browser_forms import form_with

pytestmark = pytest.mark.thorough

LIST = "/admin/pilots/pilot/"
MOVE = f"{LIST}many/move-decide-by/"


def chosen(action: str, rows: list[Any], **more: Any) -> dict[str, Any]:
    return {"action": action, "index": "0", "_selected_action": [row.pk for row in rows], **more}


@pytest.fixture
def five(record: Record) -> list[Pilot]:
    """Four that run, and one that is planned."""
    for number in range(5):
        pilot = record(f"P-{number}")
        if number < 4:
            actions.start(pilot=pilot, by=None)
    return list(Pilot.objects.order_by("key"))


def previewed(desk: Client, word: str, rows: list[Any], address: str = LIST, **typed: Any) -> Any:
    """The preview of what was typed for some rows."""
    page = desk.post(address, chosen(word, rows))
    assert page.status_code == 200, page
    there = f"{page.context['action']}?{page.context['preserved_filters']}"
    return desk.post(there, form_with("seen", page) | {"preview": "1", **typed})


def confirmed(desk: Client, page: Any, word: str, **typed: Any) -> Any:
    return desk.post(f"{LIST}many/{word}/", form_with("seen", page) | typed)


def in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def test_everything_that_can_be_done_to_many_is_offered(desk: Client, five: list[Pilot]) -> None:
    page = desk.get(LIST).content.decode()
    for word in ("start", "move-decide-by", "pause", "resume", "retire", "void", "nominate", "hand-over", "amend"):
        assert f'<option value="{word}">' in page
    assert '<option value="adopt">' not in page


def test_whom_it_does_not_fit_is_said_before_anything_is_typed(desk: Client, five: list[Pilot]) -> None:
    page = desk.post(LIST, chosen("move-decide-by", five))
    preview = page.context["preview"]
    assert [pilot.key for pilot, _why, _ways in preview.refused] == ["P-4"]
    assert preview.waiting == 4
    assert "Start it first." in page.content.decode()
    assert not page.context["button"]


def test_the_preview_says_what_becomes_of_each_and_does_nothing(desk: Client, five: list[Pilot]) -> None:
    page = previewed(desk, "move-decide-by", five, to=in_days(50), reason="The board meets then.")
    assert page.context["preview"].can == 4
    assert page.context["button"].startswith("Move 4 dates to ")
    text = page.content.decode()
    assert 'class="becomes"' in text
    assert "Stalls on" in text
    assert not Event.objects.filter(action="move_decide_by").exists()


def test_confirmed_what_can_be_done_is_done_and_the_rest_is_said(desk: Client, five: list[Pilot], ria: Person) -> None:
    typed = {"to": in_days(50), "reason": "The board meets then."}
    page = previewed(desk, "move-decide-by", five, **typed)
    answer = desk.post(MOVE, form_with("seen", page) | typed, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    text = answer.content.decode()
    assert "4 dates were moved." in text
    assert "P-4: It is planned" in text
    assert Event.objects.filter(action="move_decide_by", by=ria, pilot__isnull=False).count() == 4
    assert Event.objects.entries().filter(action="move_decide_by").get().data["count"] == 4


def test_what_was_typed_otherwise_since_the_preview_is_previewed_again(desk: Client, five: list[Pilot]) -> None:
    typed = {"to": in_days(50), "reason": "The board meets then."}
    page = previewed(desk, "move-decide-by", five, **typed)
    again = desk.post(MOVE, form_with("seen", page) | typed | {"to": in_days(60)})
    assert again.status_code == 200
    assert not Event.objects.filter(action="move_decide_by").exists()
    assert again.context["button"].startswith("Move 4 dates to ")


def test_what_is_missing_stands_at_its_field_and_not_at_each_row(desk: Client, five: list[Pilot]) -> None:
    page = previewed(desk, "pause", five, until=in_days(20), reason="")
    assert page.status_code == 422
    assert "Say why" in str(page.context["form"].errors["reason"])
    assert [pilot.key for pilot, _why, _ways in page.context["preview"].refused] == ["P-4"]


def test_what_cannot_be_read_stands_at_its_field(desk: Client, five: list[Pilot]) -> None:
    page = previewed(desk, "pause", five, until="soon", reason="Holidays.")
    assert page.status_code == 422
    assert "until" in page.context["form"].errors


def test_what_somebody_changed_since_is_refused_by_row_and_the_rest_is_done(desk: Client, five: list[Pilot]) -> None:
    typed = {"to": in_days(50), "reason": "The board meets then."}
    page = previewed(desk, "move-decide-by", five, **typed)
    actions.amend(pilot=five[0], by=None, set={"tool": "Another"})
    answer = desk.post(MOVE, form_with("seen", page) | typed, follow=True)
    assert "3 dates were moved." in answer.content.decode()
    assert "P-0: Somebody changed this" in answer.content.decode()
    assert not Event.objects.filter(action="move_decide_by", pilot=five[0]).exists()


def test_the_filters_of_the_list_are_kept(desk: Client, five: list[Pilot]) -> None:
    typed = {"to": in_days(50), "reason": "The board meets then."}
    page = previewed(desk, "move-decide-by", five, f"{LIST}?stage=running&o=3", **typed)
    assert page.context["back"] == f"{LIST}?stage=running&o=3&ticked=1"
    answer = desk.post(f"{MOVE}?{page.context['preserved_filters']}", form_with("seen", page) | typed)
    assert answer["Location"] == f"{LIST}?stage=running&o=3"


def test_all_that_the_list_shows_can_be_chosen_across_its_pages(
    desk: Client, five: list[Pilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    from readiness.admin.pilots import Pilots

    monkeypatch.setattr(Pilots, "list_per_page", 2)
    monkeypatch.setattr(Pilots, "list_max_show_all", 2)
    address = f"{LIST}?stage=running"
    assert 'name="select_across"' in desk.get(address).content.decode()
    page = desk.post(address, chosen("resume", five[:1], select_across="1"))
    assert {pilot.key for pilot in page.context["preview"].chosen} == {"P-0", "P-1", "P-2", "P-3"}


def test_nothing_ticked_is_said(desk: Client, five: list[Pilot]) -> None:
    answer = desk.post(LIST, {"action": "resume", "index": "0", "_selected_action": ["0"]}, follow=True)
    assert "Tick some rows first." in answer.content.decode()


def test_another_offices_pilot_is_not_reached_by_its_number(
    desk: Client, five: list[Pilot], record: Record, elsewhere: Portfolio
) -> None:
    other = record("E-1", portfolio=elsewhere)
    page = previewed(desk, "retire", [*five, other], learned="Nobody reads them.", because="cost")
    assert "E-1" not in page.content.decode()
    seen = form_with("seen", page)
    answer = desk.post(
        f"{LIST}many/retire/",
        seen
        | {"seen": f"{seen['seen']} {other.pk}:{other.version}", "learned": "Nobody reads them.", "because": "cost"},
    )
    assert answer.status_code == 302
    assert Pilot.objects.get(pk=other.pk).stage == "planned"


@pytest.mark.parametrize("seen", ["", "x", "1:2:3", "9" * 40 + ":1", "-1:1"])
def test_a_selection_that_was_never_given_is_none(desk: Client, five: list[Pilot], seen: str) -> None:
    page = desk.post(MOVE, {"seen": seen, "to": in_days(50), "reason": "So."})
    assert page.status_code == 200
    assert list(page.context["preview"].chosen) == []


def test_what_needs_nothing_typed_is_previewed_at_once(desk: Client, five: list[Pilot]) -> None:
    page = desk.post(LIST, chosen("start", five))
    assert page.context["button"] == "Start 1 pilot"
    answer = confirmed(desk, page, "start")
    assert answer.status_code == 302
    assert Pilot.objects.get(key="P-4").stage == "running"


def test_a_third_slip_says_whom_to_ask(desk: Client, five: list[Pilot], ria: Person, kai: Person) -> None:
    for days in (50, 60):
        to = today() + timedelta(days=days)
        actions.move_decide_by(pilot=Pilot.objects.get(pk=five[0].pk), by=ria, to=to, reason="Later.")
    page = previewed(desk, "move-decide-by", five, to=in_days(70), reason="The board.")
    refused = {pilot.key: ways for pilot, _why, ways in page.context["preview"].refused}
    assert refused["P-0"][0].says == f"Ask {kai}"
    assert page.context["preview"].can == 3


def test_somebody_is_named_for_a_gate_of_each_and_handed_over_to_another(
    desk: Client, five: list[Pilot], ria: Person
) -> None:
    sam, tea = account("sam"), account("tea")
    asked = {"kind": "named-sponsor", "person": sam.email}
    page = previewed(desk, "nominate", five, **asked)
    assert page.context["preview"].can == 5
    assert confirmed(desk, page, "nominate", **asked).status_code == 302
    for pilot in five[:2]:
        actions.accept(gate=gate_of(pilot, "named-sponsor"), by=sam)
    over = {"holder": sam.email, "person": tea.email}
    page = previewed(desk, "hand-over", list(Pilot.objects.order_by("key")), **over)
    assert page.context["preview"].can == 2
    assert confirmed(desk, page, "hand-over", **over).status_code == 302
    now = GatePeriod.objects.filter(person=sam, nominee=tea, last_day=None, superseded_on=None)
    assert set(now.values_list("gate__pilot__key", flat=True)) == {"P-0", "P-1"}


def test_a_manager_a_function_and_a_text_are_set(desk: Client, five: list[Pilot]) -> None:
    mara, sales = account("mara"), Function.objects.create(name="Sales")
    for word, typed in (
        ("set-manager", {"manager": mara.email}),
        ("set-function", {"function": sales.pk}),
        ("amend", {"field": "workflow", "value": "Drafting renewal e-mails"}),
    ):
        rows = list(Pilot.objects.order_by("key"))
        page = previewed(desk, word, rows, **typed)
        assert page.context["preview"].can == 5, word
        assert confirmed(desk, page, word, **typed).status_code == 302
    assert set(Pilot.objects.values_list("manager", "function", "workflow")) == {
        (mara.pk, sales.pk, "Drafting renewal e-mails")
    }


def test_what_falls_by_an_edit_of_many_is_shown_before_it_is_kept(
    desk: Client, five: list[Pilot], legal: GateKind, lena: Person
) -> None:
    actions.decide(gate=gate_of(five[0], "legal-sign-off"), by=lena, outcome="cleared", reason="Yes.")
    page = previewed(desk, "amend", list(Pilot.objects.order_by("key")), field="tool", value="Another")
    assert "to be confirmed again" in page.content.decode()


def test_whoever_is_of_no_office_finds_nothing_here(five: list[Pilot], lena: Person, client: Client) -> None:
    client.force_login(lena)
    assert client.post(MOVE, {"seen": "1:1"}).status_code == 403
    assert client.get(MOVE).status_code == 403


def test_what_was_ticked_is_ticked_still_when_the_preview_is_left(desk: Client, five: list[Pilot]) -> None:
    page = previewed(desk, "retire", five[:2])
    again = desk.get(page.context["back"])
    ticked = [row.key for row in again.context["cl"].result_list if row.ticked]
    assert sorted(ticked) == sorted(pilot.key for pilot in five[:2])
    assert again.content.decode().count("<input checked") == 2
    assert "<input checked" not in desk.get(LIST).content.decode(), "only where one comes back from it"


def test_nothing_is_ticked_once_it_is_done(desk: Client, five: list[Pilot]) -> None:
    typed = {"to": in_days(50), "reason": "Later data."}
    page = previewed(desk, "move-decide-by", five[:2], **typed)
    done = confirmed(desk, page, "move-decide-by", **typed)
    assert done.status_code == 302
    assert "<input checked" not in desk.get(f"{LIST}?ticked=1").content.decode()


def test_high_impact_is_set_for_many_and_opens_what_is_asked_of_those_alone(
    desk: Client, five: list[Pilot], ria: Person
) -> None:
    given = {"key": "council", "name": "Council", "question": "Has it agreed?", "clears_by": "approval"}
    actions.add_kind(**given, portfolios=[five[0].portfolio], high_impact_only=True, by=None)
    rows = list(Pilot.objects.order_by("key"))
    page = previewed(desk, "set-high-impact", rows, high_impact="True")
    assert "Council" in page.content.decode()
    assert confirmed(desk, page, "set-high-impact", high_impact="True").status_code == 302
    assert set(Pilot.objects.values_list("high_impact", flat=True)) == {True}
    assert Gate.objects.filter(kind__key="council").count() == len(five)
    back = {"high_impact": "False"}
    page = previewed(desk, "set-high-impact", list(Pilot.objects.order_by("key")), **back)
    assert confirmed(desk, page, "set-high-impact", **back).status_code == 302
    assert verify.verify().first is None
    assert list(rebuild.rebuild(keep=False, done=rebuild.Rebuilt())) == []
