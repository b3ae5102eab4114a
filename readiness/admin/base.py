"""Django's admin over actions: its lists, forms, buttons and history; what is saved is done by an action, or refused at its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.forms.models import BaseInlineFormSet, ModelFormOptions
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from pilots.models import Event
from readiness.admin.several import perform_on_several
from readiness.forms.base import ActionForm
from readiness.forms.offices import office_of
from readiness.forms.reference import people_offered
from readiness.forms.typed_before import typed_before
from readiness.text import events as event_texts

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    Admin, Inline, InlineFormSet = admin.ModelAdmin, admin.TabularInline, BaseInlineFormSet


class NotSaved(Exception):
    """The action was refused, or something would fall by it: the form says which, and is drawn again."""


class ActionModelAdmin(Admin):
    """A table of the admin whose rows are added and changed by actions. Nothing is deleted, by anybody.

    `add_form` and `change_form` are the forms of two actions; a table without them is only read.
    """

    add_form: ClassVar[type[ActionForm] | None] = None
    change_form: ClassVar[type[ActionForm] | None] = None
    object_actions: ClassVar[Mapping[str, type[ActionForm]]] = {}
    """Further actions on a row, by the word that stands in their address."""
    action_path: ClassVar[str] = "<path:object_id>/<slug:word>/do/"
    portfolio_path: ClassVar[str | None] = None
    """Where a row says in which portfolio it lies; None where all offices share the rows."""
    shared: ClassVar[bool] = False
    """Whether rows that lie in no portfolio are seen by every office."""
    nothing_yet: ClassVar[Any] = _("Nothing is on record here yet.")
    """What an empty list says that was narrowed to nothing."""

    actions = None
    actions_on_top, actions_on_bottom = False, True
    readonly_fields: ClassVar[Any] = ()
    empty_value_display = "–"
    list_per_page = 100
    list_max_show_all = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    # Who may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.add_form)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.change_form) and (obj is None or self.may_change(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may(self, request: HttpRequest, form: type[ActionForm] | None) -> bool:
        allowed = self.admin_site.has_permission(request)
        return form is not None and allowed and office_of(request).allowed(form.action)

    def may_change(self, request: HttpRequest, obj: Any) -> bool:
        """Whether a row that an office sees is also theirs to change."""
        return True

    def may_do(self, request: HttpRequest, obj: Any, word: str) -> bool:
        """Whether one of the further actions is theirs to do on a row."""
        return office_of(request).allowed(self.object_actions[word].action)

    def fits(self, obj: Any, word: str) -> bool:
        """Whether one of the further actions fits a row now."""
        return True

    def why_not(self, request: HttpRequest, obj: Any) -> str:
        """Why a row that an office sees is not theirs to change, where that is to be said."""
        return ""

    # What is there

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        if self.portfolio_path is None:
            return rows
        return office_of(request).limit(rows, self.portfolio_path, shared=self.shared)

    def get_object(self, request: HttpRequest, object_id: Any, from_field: str | None = None) -> Any:
        """The row at an address, or 404: the answer does not show whether it is somebody else's."""
        found = super().get_object(request, str(object_id), from_field)
        if found is None:
            raise Http404
        return found

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only by what is offered: no column can be guessed at through an address, letter by letter."""
        offered = {getattr(each, "parameter_name", None) for each in self.list_filter}
        return lookup in offered or any(lookup in getattr(each, "further_parameters", ()) for each in self.list_filter)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        says = {"title": capfirst(self.opts.verbose_name_plural), "nothing_yet": self.nothing_yet}
        return super().changelist_view(request, says | (extra_context or {}))

    # The form

    def form_options(self, form: type[ActionForm], request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What the form of an action on a row is made with besides what was typed; a link may have chosen something already."""
        initial = {name: value for name, value in request.GET.items() if name in form.base_fields}
        return {"row": obj, "office": office_of(request), "initial": initial}

    def make_form(self, form: type[ActionForm], request: HttpRequest, obj: Any) -> ActionForm:
        """The form of an action on a row, with what was typed."""
        data, files = (request.POST, request.FILES) if request.method == "POST" else (typed_before(request), None)
        return form(data, files, **self.form_options(form, request, obj))

    def _form(self, request: HttpRequest, obj: Any) -> Any:
        """The form of a page, made once for each request; without fields where the row is only read."""
        kept = vars(request)
        if "_admin_form" not in kept:
            made = self.add_form if obj is None else self.change_form
            allowed = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
            form = self.make_form(made, request, obj) if made and allowed else forms.Form()
            kept["_admin_form"] = self._as_model_form(form, obj)
        return kept["_admin_form"]

    def _as_model_form(self, form: Any, obj: Any) -> Any:
        """What Django's admin reads of the form of a model."""
        form.instance, form._meta = obj, ModelFormOptions(type("Meta", (), {"model": self.model}))
        return form

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return lambda *_args, **_kwargs: self._form(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is read of a row; all of it, where it is not theirs to change. Of what is not there yet, nothing."""
        if obj is None:
            return []
        typed = (
            () if self.change_form is None or self.has_change_permission(request, obj) else self.change_form.base_fields
        )
        columns = {field.name for field in self.opts.fields} - {
            getattr(each, "__name__", "") for each in self.readonly_fields
        }
        return [*self.readonly_fields, *(name for name in typed if name in columns)]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is read of a row and cannot be typed, and the fields of its form."""
        form = self._form(request, obj)
        facts = self.get_readonly_fields(request, obj)
        of_form = form.fieldsets() if isinstance(form, ActionForm) else []
        if not facts:
            return of_form
        (_none, first), *more = of_form or [(None, {})]
        return [(_("As it is"), {"fields": facts}), *([(form.title, first)] if of_form else []), *more]

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_inline_instances(request, obj) if obj is not None else []

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Django's own, but for its transaction: an action has its own, and whoever is refused keeps none."""
        obj = None if object_id is None else self.get_object(request, object_id)
        if obj is not None and request.method == "POST" and not self.has_change_permission(request, obj):
            raise PermissionDenied(self.why_not(request, obj) or None)
        of_django: Any = super()
        try:
            response = of_django._changeform_view(request, object_id, form_url, extra_context)
        except NotSaved:
            response = of_django._changeform_view(request, object_id, form_url, extra_context)
        if isinstance(response, TemplateResponse):
            response.status_code = getattr(vars(request)["_admin_form"], "status", 200)
        return response

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The action. What it refuses stands at its field."""
        if not form.perform():
            raise NotSaved

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is saved beside the action."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The action has written into the event log; there is no second one."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The action has written into the event log; there is no second one."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return ""

    def called(self, obj: Any) -> str:
        """What a row is called above its page."""
        return str(obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj, form = context["original"], context["adminform"].form
        context |= {"form": form, "people": people_offered()} if form.fields else {}
        if obj is not None:
            words = self.offered(request, obj, context)
            tools = [(self._url("act", obj.pk, word), self.object_actions[word].title) for word in words]
            context |= {"object_actions": tools, "why_not": self.why_not(request, obj), "subtitle": self.called(obj)}
        return super().render_change_form(request, context, *args, **kwargs)

    def offered(self, request: HttpRequest, obj: Any, context: dict[str, Any]) -> list[str]:
        """The further actions that its page offers."""
        return [word for word in self.object_actions if self.fits(obj, word) and self.may_do(request, obj, word)]

    # What is said, and where one goes

    def say_done(self, request: HttpRequest, form: ActionForm, obj: Any) -> None:
        """Say that it is done, with whatever followed from it."""
        self.message_user(request, form.done_message, messages.SUCCESS)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._answer(request, vars(request)["_admin_form"], obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._answer(request, vars(request)["_admin_form"], obj)

    def _answer(self, request: HttpRequest, form: ActionForm, obj: Any) -> HttpResponse:
        """Where the button that was pressed leads, with the filters of the list kept."""
        self.say_done(request, form, obj)
        there = form.done if isinstance(form.done, self.model) else obj
        url = ""
        if "_continue" in request.POST and self.get_queryset(request).filter(pk=there.pk).exists():
            url = self._url("change", there.pk)
        elif "_addanother" in request.POST:
            url = self._url("add")
        return self._redirect(request, url) if url else self.response_post_save_change(request, there)

    def _redirect(self, request: HttpRequest, url: str) -> HttpResponseRedirect:
        kept: Any = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return HttpResponseRedirect(add_preserved_filters(kept, url))

    def _url(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    @admin.display(description=_("Choose"))
    def action_checkbox(self, obj: Any) -> Any:
        return super().action_checkbox(obj)

    # An action on a row, on a page of its own

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        action = self.admin_site.admin_view(self.action_view)
        return [path(self.action_path, action, name=name), *super().get_urls()]

    def action_view(self, request: HttpRequest, object_id: str, word: str) -> HttpResponse:
        """One of the further actions on a row."""
        obj = self.get_object(request, object_id)
        if word not in self.object_actions:
            raise Http404
        if not self.may_do(request, obj, word):
            raise PermissionDenied(self.why_not(request, obj) or None)
        return self.perform(request, self.make_form(self.object_actions[word], request, obj), obj)

    def perform(self, request: HttpRequest, form: ActionForm, obj: Any, **extra: Any) -> HttpResponse:
        """Do what was typed, or draw the form; `extra`: what else its page draws."""
        if request.method == "POST" and form.perform():
            self.say_done(request, form, obj)
            if self.get_queryset(request).filter(pk=obj.pk).exists():
                return self._redirect(request, self._url("change", obj.pk))
            return self.response_post_save_change(request, obj)
        return self.render_action_form(request, form, obj, **extra)

    def render_action_form(
        self, request: HttpRequest, form: ActionForm, obj: Any = None, **extra: Any
    ) -> TemplateResponse:
        """The page of an action: what it is on, its form, one button, and the way back."""
        drawn = AdminForm(self._as_model_form(form, obj), form.fieldsets(), {}, model_admin=self)
        context = {
            **self.admin_site.each_context(request),
            "title": getattr(form, "title", ""),
            "subtitle": None,
            "opts": self.opts,
            "original": obj,
            "form": form,
            "adminform": drawn,
            "has_file_field": form.is_multipart(),
            "errors": form.is_bound and form.all_errors,
            "called": "" if obj is None else self.called(obj),
            "back": self._url("change", obj.pk) if obj is not None else self._url("changelist"),
            "people": people_offered(),
            "preserved_filters": self.get_preserved_filters(request),
            **extra,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/action_form.html", context, status=form.status)

    # An action on several rows

    def get_actions(self, request: HttpRequest) -> Any:
        """Django's actions of a list: those of a row that can be done to several."""
        bulk = {word: made for word, made in self.object_actions.items() if made.bulk}
        return {
            word: (perform_on_several, word, made.title)
            for word, made in bulk.items()
            if office_of(request).allowed(made.action)
        }

    # Its history

    def history_of(self, obj: Any) -> Q:
        """Which events of the log are about a row."""
        return Q(**{f"data__{self.opts.model_name}": obj.pk}, pilot=None)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was done to a row: the event log, newest first."""
        obj = self.get_object(request, object_id)
        events = office_of(request).limit(Event.objects.filter(self.history_of(obj)), shared=True)
        paginator = self.get_paginator(request, event_texts.with_people(events).order_by("-pk"), self.list_per_page)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": self.called(obj),
            "page": paginator.get_page(request.GET.get("page")),
            "object": obj,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/object_history.html", context)


class ReadOnlyFormSet(InlineFormSet):
    """Rows that are shown and never sent."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def is_valid(self) -> bool:
        return True


class ReadOnlyInline(Inline):
    """Rows beside a row, to be read: what changes them is an action."""

    formset = ReadOnlyFormSet
    extra = 0
    can_delete = False
    portfolio_path: ClassVar[str | None] = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if self.portfolio_path is None else office_of(request).limit(rows, self.portfolio_path)
