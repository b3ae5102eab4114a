"""A proposed mapping in sentences: what was assumed of the file, what each column is read as, and what a person has to choose."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.figures import grouped
from readiness.inventory.fields import FIELDS_OF
from readiness.inventory.profile import ListProfile
from readiness.inventory.suggesting import Proposal
from readiness.models.imports import Subject

SHOWN = 80


def lines(proposal: Proposal, profile: ListProfile) -> Iterator[str]:
    """The proposal line by line, to be read on a terminal."""
    rows = ngettext("%(n)s row", "%(n)s rows", proposal.rows) % {"n": grouped(proposal.rows)}
    yield _("%(file)s: %(rows)s below a header of %(columns)d columns.") % {
        "file": profile.name,
        "rows": rows,
        "columns": len(proposal.columns),
    }
    yield from profile.assumed
    for suggestion in proposal.suggestions.values():
        yield _("  %(column)s → %(field)s (%(certainty)d %%)") % {
            "column": suggestion.column[:SHOWN],
            "field": suggestion.field,
            "certainty": suggestion.certainty,
        }
    for name, value in proposal.mapping.constants.items():
        yield _("  all rows → %(field)s = %(value)s") % {"field": name, "value": value}
    for field_name, words in proposal.words.items():
        for word in words:
            if word.meaning is None:
                yield _("  not understood: %(field)s “%(word)s”, in %(times)s") % {
                    "field": field_name,
                    "word": word.text[:SHOWN],
                    "times": ngettext("%(n)s row", "%(n)s rows", word.times) % {"n": grouped(word.times)},
                }


def comments(proposal: Proposal, profile: ListProfile) -> Iterator[str]:
    """What stands above a proposed mapping in its file."""
    yield _("How to read %(file)s. Proposed from its header and its words; correct what is wrong.") % {
        "file": profile.name
    }
    for suggestion in proposal.suggestions.values():
        if suggestion.certainty < 100:
            yield _("%(certainty)d %% certain: %(field)s is read from “%(column)s”.") % {
                "certainty": suggestion.certainty,
                "field": suggestion.field,
                "column": suggestion.column[:SHOWN],
            }
    for word in proposal.choices:
        yield _("Not understood, and told by row: “%(word)s” (%(times)d).") % {
            "word": word.text[:SHOWN],
            "times": word.times,
        }
    read = {column for columns in proposal.mapping.columns.values() for column in columns}
    for name in proposal.columns:
        if name not in read:
            yield _("Kept beside the record: “%(column)s”.") % {"column": name[:SHOWN]}
    of = proposal.mapping.of
    says = (
        _("Fields: %(names)s; gate:KIND:state, gate:KIND:holder.") if of == Subject.PILOTS else _("Fields: %(names)s.")
    )
    yield says % {"names": ", ".join(FIELDS_OF[of])}
