"""Of a change in a long text the part is shown that is another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readiness.inventory.changes import change_text
from readiness.text.excerpts import differing_excerpts
from readiness.text.field_changes import Names
from readiness.text.field_changes import change_text as event_text

WORDS = st.text("ab c…", max_size=400)


@given(WORDS, WORDS, WORDS, st.integers(20, 160))
def test_what_differs_is_shown_and_nothing_is_longer_than_it_may_be(
    begins: str, old: str, new: str, longest: int
) -> None:
    before, after = begins + old, begins + new
    shown = differing_excerpts(before, after, longest)
    assert (shown[0] == shown[1]) == (before == after)
    for text, whole in zip(shown, (before, after), strict=True):
        assert len(text) <= longest + 2
        assert text.removeprefix("…").removesuffix("…") in whole or text == whole


def test_the_report_of_an_import_and_the_log_show_it() -> None:
    same = "The same beginning of a long text, word by word, and on and on, until it says at its very end: "
    report = change_text(f"{same * 3}refined", f"{same * 3}retrained")
    assert "refined" in report
    assert "retrained" in report
    log = event_text(
        {"field": "data", "from": f"{same * 3}refined", "to": f"{same * 3}retrained"}, Names({}, {}, {}, {})
    )
    assert "refined" in log
    assert "retrained" in log
