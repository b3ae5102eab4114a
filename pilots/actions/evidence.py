"""Actions on evidence: file a file or a link, and file a newer version of it (rules 7 and 8)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from pilots import files, permissions
from pilots.actions.locked_pilot import LockedPilot, action_days, lock_pilot
from pilots.actions.reference import concerns, log
from pilots.actions.texts import need_plain, within_reach
from pilots.event_log.sign import logged_transaction
from pilots.models import Evidence, Gate, Person, Pilot, Portfolio
from pilots.models.people import opaque_id
from pilots.refusals import ChangedMeanwhile, EvidenceRequired, Invalid, NotYours

__all__ = ["file_evidence", "replace_evidence"]


LONGEST_LINK = 2000
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of a piece apart from its content: its title, and the days from and until which it holds."""

    title: str = ""
    effective_on: date | None = None
    expires_on: date | None = None


@logged_transaction()
def file_evidence(
    *,
    by: Person | None,
    portfolio: Portfolio | None = None,
    pilot: Pilot | None = None,
    gate: Gate | None = None,
    title: str = "",
    link: str = "",
    file: files.Upload | None = None,
    file_name: str = "",
    effective_on: date | None = None,
    expires_on: date | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Evidence:
    """File a piece of evidence, a file or a link: for a gate, a pilot, or a portfolio as a whole (its office only).

    Args:
        file: an uploaded file, an open one, or chunks of bytes; read chunk by chunk, and no further than the limit.
        title: what it is called; the file's name, or the link, unless said.
        effective_on: the day from which it says what is so, apart from the day it is filed.
        expires_on: the last day on which it holds.

    Raises:
        NotYours: somebody who may not act here.
        EvidenceRequired: neither a file nor a link.
        Invalid: a file too large, not taken, or not what its name says; a link that is none; an end before its start.
    """
    pilot = gate.pilot if gate is not None else pilot
    on, known = action_days(on, known)
    if pilot is not None:
        _may_change(lock_pilot(pilot, by, on, known), gate)
        portfolio = pilot.portfolio
    elif portfolio is None or by is None or not _of_office(by, portfolio, on):
        raise NotYours
    assert by is not None
    assert portfolio is not None
    piece = Evidence(portfolio=portfolio, pilot=pilot, by=by, uploaded_on=on)
    piece.piece = opaque_id()
    fill(piece, Terms(title, effective_on, expires_on), link, file, file_name)
    piece.save()
    _log("file_evidence", piece, on, known)
    return piece


@logged_transaction()
def replace_evidence(
    *,
    evidence: Evidence,
    by: Person | None,
    title: str = "",
    link: str = "",
    file: files.Upload | None = None,
    file_name: str = "",
    effective_on: date | None = None,
    expires_on: date | None = None,
    reason: str = "",
    on: date | None = None,
    known: date | None = None,
) -> Evidence:
    """File a newer version of a piece. Every gate whose answer rests on another content has to be confirmed again.

    Only somebody who may act on every pilot that uses it can: the change is written on each of them.

    Raises:
        ChangedMeanwhile: this version has a newer one already.
    """
    on, known = action_days(on, known)
    users = pilots_using(evidence)
    locked_pilots = [lock_pilot(pilot, by, max(on, pilot.recorded_on), known) for pilot in users]
    old = _locked(evidence, users)
    for locked in locked_pilots:
        _may_change(locked, None)
    if by is None or not (locked_pilots or _of_office(by, old.portfolio, on)):
        raise NotYours
    new = Evidence(
        portfolio=old.portfolio,
        pilot=old.pilot,
        by=by,
        uploaded_on=on,
        piece=old.piece,
        version=old.version + 1,
        replaces=old,
    )
    terms = Terms(title or old.title, effective_on, expires_on)
    fill(new, terms, link, file, file_name)
    new.save()
    _log("file_evidence", new, on, known)
    reason = need_plain(reason.strip(), "reason")
    for locked in locked_pilots:
        _replay(locked, old, new, reason)
    return new


def _locked(evidence: Evidence, users: list[Pilot]) -> Evidence:
    """The version to replace, locked after the pilots that use it, as an answer locks them too.

    Raises:
        ChangedMeanwhile: it has a successor, or one pilot more uses it, since they were locked.
    """
    old = Evidence.objects.select_for_update().get(pk=evidence.pk)
    if Evidence.objects.filter(replaces=old).exists() or pilots_using(old) != users:
        raise ChangedMeanwhile
    return old


def pilots_using(old: Evidence) -> list[Pilot]:
    """The pilots that use a piece in any version, or were given it. In one order, so that two cannot wait on each other."""
    used = Pilot.objects.filter(gates__decisions__evidence_used__evidence__piece=old.piece)
    given = Pilot.objects.filter(evidence__piece=old.piece)
    wanted = {*used.values_list("pk", flat=True), *given.values_list("pk", flat=True)}
    found = Pilot.objects.filter(pk__in=wanted).select_related("portfolio")
    return list(found.order_by("pk"))


def _replay(locked: LockedPilot, old: Evidence, new: Evidence, reason: str) -> None:
    """Write the newer version on a pilot that uses the piece."""
    locked.write(
        "replace_evidence",
        data={"piece": new.piece, "evidence": new.public_id, "checksum": new.checksum, "expires_on": new.expires_on},
        changes=[{"field": "evidence", "from": old.title, "to": new.title}],
        reason=reason,
    )


def _may_change(locked: LockedPilot, gate: Gate | None) -> None:
    """Refuse whoever may not act on this pilot; the owner of a condition may on its gate."""
    asked = locked.state.gates[gate.kind.key].conditions if gate is not None else ()
    locked.require_role("file_evidence", locked.roles_on_conditions(asked))
    locked.require_stage("file_evidence")


def _of_office(by: Person, portfolio: Portfolio, on: date) -> bool:
    return permissions.is_office(by, portfolio) and not permissions.has_left(by, on)


def _log(action: str, piece: Evidence, on: date, known: date) -> None:
    """Write the filing in the log. It changes nothing on a pilot, so nobody's view of one is out of date by it."""
    changes = concerns(
        evidence=piece.title,
        pilot=piece.pilot.key if piece.pilot else None,
        portfolio=None if piece.pilot else piece.portfolio,
    )
    data = {"evidence": piece.public_id, "piece": piece.piece, "version": piece.version, "pilot": piece.pilot_id}
    log(action, piece.by, on, known, data, portfolio=piece.portfolio, changes=changes, rows=[piece])


def fill(piece: Evidence, terms: Terms, link: str, file: files.Upload | None, file_name: str) -> None:
    """Give a piece its content and its terms. Nothing is saved but a file's bytes."""
    piece.effective_on, piece.expires_on = terms.effective_on, terms.expires_on
    within_reach(terms.effective_on, "effective_on")
    within_reach(terms.expires_on, "expires_on")
    if terms.effective_on and terms.expires_on and terms.expires_on < terms.effective_on:
        raise Invalid(_("It would end before it takes effect."), field="expires_on")
    if file is not None and link.strip():
        raise Invalid(_("Give a file or a link; the other is a piece of its own."), field="link")
    if file is not None:
        _fill_file(piece, file, file_name)
    elif link.strip():
        piece.kind, piece.link = Evidence.Kind.LINK, address(link)
        piece.checksum = hashlib.sha256(piece.link.encode()).hexdigest()
    else:
        raise EvidenceRequired(field="file")
    title = " ".join(terms.title.split()) or piece.file_name or piece.link[:300]
    if len(title) > 300 or "\0" in title:
        raise Invalid(_("A title has at most 300 characters."), field="title")
    piece.title = title


def _fill_file(piece: Evidence, file: files.Upload, file_name: str) -> None:
    received = files.receive(file, file_name)
    piece.kind = Evidence.Kind.FILE
    piece.file_key, piece.file_name = received.stored, received.file_name
    piece.size, piece.checksum = received.size, received.checksum
    piece.content_type = received.content_type


def address(link: str) -> str:
    """A link as it is kept and compared: no spaces around it, scheme and host in small letters, no port that goes without saying.

    Raises:
        Invalid: not an http or https address, or one that carries a password.
    """
    link = link.strip()
    says: Any = _("This is not a web address. Copy it from the browser: it begins with https://.")
    try:
        URLValidator(schemes=["http", "https"])(link)
        parts = urlsplit(link)
        port = parts.port
    except (ValidationError, ValueError) as wrong:
        raise Invalid(says, field="link") from wrong
    if parts.username or parts.password:
        raise Invalid(
            _("Leave the name and the password out of the link: everybody who sees this would see them."), field="link"
        )
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[scheme]:
        host = f"{host}:{port}"
    kept = urlunsplit((scheme, host, parts.path or "/", parts.query, parts.fragment))
    if len(kept) > LONGEST_LINK:
        raise Invalid(_("A link has at most 2,000 characters."), field="link")
    return kept
