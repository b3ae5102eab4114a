"""Imports in the admin: a list is uploaded, mapped, previewed, corrected, confirmed, and taken back while nothing rests on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.figures import grouped
from pilots.models import GateKind, Person
from pilots.refusals import Refused
from readiness.admin import import_files, taking_back
from readiness.admin.base import ActionModelAdmin
from readiness.admin.pilot_filters import Choice, Choices
from readiness.forms.imports import MappingForm, UploadForm
from readiness.forms.offices import office_of
from readiness.inventory import mappings, own_form, sessions
from readiness.inventory.importing import OtherThanShown
from readiness.inventory.mapping import PRESETS, ListMapping, MappingProblem, as_data, preset
from readiness.inventory.profile import ListProfile
from readiness.inventory.records import FileProblem, storable
from readiness.inventory.reference.rows import own_mapping
from readiness.inventory.taking_back import can_be_taken_back
from readiness.models.imports import MAKES, ImportSession, ImportStage, Outcome, SavedMapping, Subject, Wanted
from readiness.queries.worklist import imports_with_problems
from readiness.text import imports as import_texts
from readiness.text.worklist import IMPORTS as import_problems

ROWS_ON_A_PAGE = 50
OPEN = (ImportStage.OPENED, ImportStage.PREVIEWED)
"""The stages in which an import can still be mapped, corrected and discarded."""


class WithProblems(Choice):
    """What the line of the worklist counts."""

    title = gettext_lazy("what is to be done")
    parameter_name = "problems"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", import_problems[-1])]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return imports_with_problems(queryset) if self.one_of() else queryset


@admin.register(ImportSession)
class Imports(ActionModelAdmin):
    """The imports of an office: its own, and all of them for whoever keeps all portfolios."""

    list_display = ("file_name", "subject", "stage", "what_came", "started_by", "started_at")
    list_display_links = ("file_name",)
    list_filter = (WithProblems,)
    list_select_related = ("started_by",)
    ordering = ("-pk",)
    nothing_yet = gettext_lazy("No list has been imported yet.")

    @admin.display(description=gettext_lazy("Rows"))
    def what_came(self, session: ImportSession) -> str:
        return ", ".join(f"{grouped(count.number)} {count.what}" for count in import_texts.counts(session)) or "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        return office_of(request).imports(admin.ModelAdmin.get_queryset(self, request))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def get_urls(self) -> list[Any]:
        def at(route: str, view: Callable[..., Any], name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"readiness_importsession_{name}")

        return [
            at("form.csv", self.template_view, "form"),
            at("<int:object_id>/mapping/", self.mapping_view, "mapping"),
            at("<int:object_id>/mapping.toml", self.toml_view, "toml"),
            at("<int:object_id>/rejected.csv", self.rejected_view, "rejected"),
            at("<int:object_id>/report.txt", self.report_view, "report"),
            at("<int:object_id>/discard/", self.discard_view, "discard"),
            at("<int:object_id>/take-back/", self.take_back_view, "take_back"),
            at("of/<str:public_id>/", self.of_event_view, "of"),
            *super().get_urls(),
        ]

    # The file

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """Upload a list. One in our own form, or for which a mapping is kept, is previewed at once."""
        form = UploadForm(request.POST or None, request.FILES or None, initial={"of": request.GET.get("of", "")})
        if request.method == "POST" and form.is_valid():
            session = sessions.open_session(
                upload=form.cleaned_data["file"],
                by=_person(request),
                at=form.cleaned_data["at"],
                subject=form.cleaned_data["of"],
                reason=form.cleaned_data["reason"],
            )
            try:
                return self._begin(request, session)
            except FileProblem as problem:
                session.file.delete(save=False)
                session.delete()
                form.add_error("file", problem.sentence)
        return self._page(
            request,
            "admin/readiness/upload.html",
            form=form,
            title=_("Import a list"),
            step="file",
            subjects=Subject.choices,
        )

    def _begin(self, request: HttpRequest, session: ImportSession) -> HttpResponse:
        header = sessions.table_of(session).header
        if session.subject == Subject.PILOTS:
            kinds = GateKind.objects.values_list("key", flat=True)
            if own_form.is_own_form(header, kinds):
                return self._previewed(request, session)
            own = None
        else:
            own = own_mapping(session.subject, header)
        known = own or mappings.fitting(header, self._kept(request), session.subject)
        if known is None:
            return HttpResponseRedirect(self._url("mapping", session.pk))
        session.mapping = as_data(known)
        session.save(update_fields=["mapping"])
        if own is None:
            says = _("The list is read by the mapping “%(mapping)s”, whose columns it has.")
            messages.info(request, says % {"mapping": known.title or known.name})
        return self._previewed(request, session)

    # Columns and words

    def mapping_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Which column is which field, and what the words mean."""
        session = self._open(request, object_id)
        if (name := request.GET.get("use", "")) and request.method == "GET":
            return self._use(request, session, name)
        try:
            before = sessions.mapping_of(session)
            profile = self._profile(request, session)
        except (FileProblem, MappingProblem) as problem:
            messages.error(request, problem.sentence)
            return HttpResponseRedirect(self._url("changelist"))
        office = office_of(request)
        again = "read" in request.POST
        form = MappingForm(
            request.POST if request.method == "POST" and not again else None,
            profile=profile,
            mapping=None if again else before,
            office=office,
            subject=session.subject,
        )
        if request.method == "POST" and not again and form.is_valid():
            session.mapping = as_data(form.chosen)
            session.stage = ImportStage.OPENED
            session.save(update_fields=["mapping", "stage"])
            self._keep_mapping(request, form)
            if "later" in request.POST:
                return HttpResponseRedirect(self._url("changelist"))
            return self._previewed(request, session)
        return self._page(
            request,
            "admin/readiness/mapping.html",
            form=form,
            session=session,
            table=profile,
            kept_mappings=self._other_mappings(request, session),
            title=form.title(),
            step="mapping",
        )

    def _other_mappings(self, request: HttpRequest, session: ImportSession) -> list[ListMapping]:
        """The mappings for lists of the same, kept or shipped."""
        every = [*mappings.readable(self._kept(request)), *map(preset, PRESETS)]
        return [mapping for mapping in every if mapping.of == session.subject]

    def _profile(self, request: HttpRequest, session: ImportSession) -> ListProfile:
        """What the list holds, from the sheet and below the header that somebody has chosen."""
        row = request.POST.get("header_row", "")
        header_row = int(row) if row.isascii() and row.isdecimal() else None
        return sessions.profile_of(session, sheet=request.POST.get("sheet"), header_row=header_row)

    def _use(self, request: HttpRequest, session: ImportSession, name: str) -> HttpResponse:
        try:
            mapping = mappings.named(name, self._kept(request))
            if mapping.of != session.subject:
                raise FileProblem("no_mapping", _("This mapping is for lists of something else."), file=name)
        except FileProblem as problem:
            messages.error(request, problem.sentence)
            return HttpResponseRedirect(self._url("mapping", session.pk))
        session.mapping, session.rows_read = as_data(mapping), 0
        session.save(update_fields=["mapping", "rows_read"])
        return self._previewed(request, session)

    def _keep_mapping(self, request: HttpRequest, form: MappingForm) -> None:
        """Keep the mapping under the name that was given to it. A shipped one keeps its own."""
        name = slugify(form.cleaned_data.get("name") or "")[:80]
        if not name or name in PRESETS:
            return
        kept = self._kept(request)
        if SavedMapping.objects.filter(name=name).exists() and not kept.filter(name=name).exists():
            messages.warning(request, _("The mapping is not kept: its name is taken. Give it another one."))
            return
        values = {
            "data": as_data(form.chosen),
            "title": form.cleaned_data["name"][:200],
            "saved_by": _person(request),
            "portfolio": office_of(request).own().filter(key=form.chosen.constants.get("portfolio", "")).first(),
        }
        SavedMapping.objects.update_or_create(name=name, defaults=values)

    @staticmethod
    def _kept(request: HttpRequest) -> Any:
        """The mappings that an office keeps: those of others do not exist for it."""
        office = office_of(request)
        return mappings.kept_for(office.person, office.portfolios)

    # The preview, and what became of it

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The preview of an import, or what became of it."""
        session: ImportSession = self.get_object(request, object_id)
        if request.method == "POST":
            if session.stage != ImportStage.PREVIEWED:
                raise PermissionDenied
            self._correct(request, session)
            if "confirm" in request.POST:
                if import_texts.lacks_reason(session):
                    messages.error(request, _("Say why: pilots on record change by it, in your name."))
                    return HttpResponseRedirect(self._url("change", session.pk))
                return self._confirmed(request, session)
            return self._previewed(request, session)
        if session.stage == ImportStage.OPENED:
            return HttpResponseRedirect(self._url("mapping", session.pk))
        return self._page(request, "admin/readiness/import.html", **self._rows_of(request, session))

    def _rows_of(self, request: HttpRequest, session: ImportSession) -> dict[str, Any]:
        """The rows that somebody should look at first, then those that change, then the new ones; a page of each."""
        shown = request.GET.get("show", "")
        rows = session.rows.select_related("pilot")
        parts = {
            "problems": rows.filter(has_problem=True),
            "changed": rows.filter(outcome=Outcome.UPDATED),
            "created": rows.filter(outcome__in=MAKES),
        }
        pages = {
            name: Paginator(part, ROWS_ON_A_PAGE if name == shown else 10).get_page(
                request.GET.get("page") if name == shown else 1
            )
            for name, part in parts.items()
            if shown in ("", name)
        }
        return {
            "session": session,
            "parts": [(name, import_texts.PARTS[name], page) for name, page in pages.items()],
            "shown": shown if shown in parts else "",
            "counts": import_texts.counts(session),
            "adds_up": import_texts.adds_up(session),
            "title": import_texts.title(session),
            "one_of_them": import_texts.one_of_them(session),
            "button": import_texts.button(session),
            "asks_reason": import_texts.asks_reason(session),
            "is_open": session.stage in OPEN,
            "can_be_taken_back": can_be_taken_back(session),
            "taken_back_note": import_texts.taken_back_note(session),
            "is_under_way": session.stage in (ImportStage.QUEUED, ImportStage.RUNNING),
            "report_lines": session.report.splitlines()[1:],
            "step": "preview" if session.stage in OPEN else "done",
        }

    def _correct(self, request: HttpRequest, session: ImportSession) -> None:
        """Keep what was typed over, cell by cell: it changes this import, never the file."""
        for name, text in request.POST.items():
            line, _colon, column = name.removeprefix("cell-").partition(":")
            if name.startswith("cell-") and line.isascii() and line.isdecimal() and column:
                cells = session.corrections.setdefault(line, {})
                if text != request.POST.get(f"was-{line}:{column}", ""):
                    cells[column] = storable(str(text))
        session.corrections = {line: cells for line, cells in session.corrections.items() if cells}
        session.reason = storable(request.POST.get("reason", session.reason).strip())
        session.save(update_fields=["corrections", "reason"])

    def _previewed(self, request: HttpRequest, session: ImportSession) -> HttpResponse:
        try:
            if sessions.is_long(session):
                sessions.queue(session, Wanted.PREVIEW)
            else:
                sessions.preview(session, by=_person(request))
        except FileProblem as problem:
            if session.stage == ImportStage.OPENED and session.mapping is None:
                raise
            messages.error(request, problem.sentence)
            return HttpResponseRedirect(self._url("mapping", session.pk))
        except Refused as refused:
            messages.error(request, refused.says)
            return HttpResponseRedirect(self._url("mapping", session.pk))
        return HttpResponseRedirect(self._url("change", session.pk))

    def _confirmed(self, request: HttpRequest, session: ImportSession) -> HttpResponse:
        try:
            if sessions.is_long(session):
                sessions.queue(session, Wanted.CONFIRM)
                return HttpResponseRedirect(self._url("change", session.pk))
            sessions.confirm(session, by=_person(request))
        except OtherThanShown:
            says = _(
                "Something was decided since this preview, and more or less would change now. Nothing was written: look again."
            )
            messages.warning(request, says)
            return self._previewed(request, session)
        except (FileProblem, Refused) as problem:
            messages.error(request, getattr(problem, "sentence", "") or getattr(problem, "says", ""))
            return HttpResponseRedirect(self._url("change", session.pk))
        messages.success(request, import_texts.done(session))
        return HttpResponseRedirect(self._url("change", session.pk))

    # Downloads

    def template_view(self, request: HttpRequest) -> HttpResponseBase:
        """The columns of our own form, as an empty list to be filled in; `of` says of what."""
        return import_files.template(office_of(request), request.GET.get("of", Subject.PILOTS))

    def toml_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The mapping of an import as a file."""
        return import_files.mapping(self.get_object(request, str(object_id)))

    def report_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What came of an import, line by line."""
        return import_files.report(self.get_object(request, str(object_id)))

    def rejected_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """The rows that were not taken, each with the reason, to be corrected and sent again."""
        return import_files.rejected(self.get_object(request, str(object_id)))

    def discard_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Forget an import that was not confirmed, with its file."""
        session = self._open(request, object_id)
        if request.method != "POST":
            raise Http404
        if session.first_event is not None:
            messages.error(
                request, _("A part of it was written. Confirm the rest; then it can be taken back as a whole.")
            )
            return HttpResponseRedirect(self._url("change", session.pk))
        session.file.delete(save=False)
        session.delete()
        messages.success(request, _("Discarded. Nothing was imported."))
        return HttpResponseRedirect(self._url("changelist"))

    # In the log, and taken back

    def take_back_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take back an import as a whole: what becomes of what it brought, or what stands in the way, and then the button."""
        session: ImportSession = self.get_object(request, str(object_id))
        shown = taking_back.page_of(request, session)
        if isinstance(shown, HttpResponse):
            return shown
        return self._page(request, "admin/readiness/take_back.html", **shown)

    def of_event_view(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """The import of a line of the log."""
        session = self.get_queryset(request).filter(public_id=public_id).first()
        return taking_back.import_of_event(request, session, public_id)

    def _open(self, request: HttpRequest, object_id: int) -> ImportSession:
        session: ImportSession = self.get_object(request, str(object_id))
        if session.stage not in OPEN or not session.file:
            raise Http404
        return session

    def _page(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        request.current_app = self.admin_site.name
        whole = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "subtitle": None,
            "original": None,
            **context,
        }
        form = context.get("form")
        status = 422 if form is not None and form.is_bound and form.errors else 200
        return TemplateResponse(request, template, whole, status=status)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
