"""Queries that every action asks: their SQL is worked out once, for that costs Django more than the engine's answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection
from django.db.models import BooleanField, Expression, Field, Func, Model, QuerySet

Row = TypeVar("Row", bound=Model)


class Blank(Expression):
    """A place in a statement for a value that is not known yet."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class Among(Func):
    """Whether a column is one of the primary keys that fill a blank: one statement, however many they are."""

    output_field = BooleanField()
    arity = 2

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(", **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        each = " IN (SELECT value FROM json_each("
        return self.as_sql(compiler, connection, template="%(expressions)s))", arg_joiner=each, **more)


class Keys(Field):  # type: ignore[type-arg]
    """Primary keys that fill a blank together."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return json.dumps(value) if connection.vendor == "sqlite" else value


class _Statement(NamedTuple):
    """A statement, its parameters with the blanks among them, and how columns are converted, by their place."""

    sql: str
    parameters: tuple[Any, ...]
    converters: Mapping[int, Any]


class Compiled:
    """A query of columns with blanks in it. A blank stands for a value, never for null."""

    def __init__(self, ask: Callable[..., QuerySet[Any, Any]], **blanks: Field[Any, Any]) -> None:
        self.ask = ask
        self.blanks = {name: Blank(name, field) for name, field in blanks.items()}
        self._known: dict[str, _Statement] = {}

    def __call__(self, **values: Any) -> list[Any]:
        """The rows for these values, in one query."""
        statement = self._statement()
        filled = [
            part.output_field.get_db_prep_value(values[part.name], connection) if isinstance(part, Blank) else part
            for part in statement.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, filled)
            rows = [list(row) for row in cursor.fetchall()]
        for place, (converters, column) in statement.converters.items():
            for row in rows:
                for convert in converters:
                    row[place] = convert(row[place], column, connection)
        return rows

    def _statement(self) -> _Statement:
        """The statement of the engine that is asked."""
        engine = connection.vendor
        if engine not in self._known:
            compiler = self.ask(**self.blanks).query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            columns = [column for column, _sql, _alias in compiler.select]
            converters = compiler.get_converters(columns)
            self._known[engine] = _Statement(sql, tuple(parameters), converters)
        return self._known[engine]


def attnames(model: type[Model]) -> list[str]:
    """The names of a model's columns, in their order: the primary key first."""
    names = [field.attname for field in model._meta.concrete_fields]
    assert model._meta.pk.attname == names[0]
    return names


class Joined(Generic[Row]):
    """Rows of a model whose columns stand beside others in a statement: each is made once, by its primary key."""

    def __init__(self, model: type[Row]) -> None:
        self.model, self.names = model, attnames(model)
        self._made: dict[int, Row] = {}

    def columns(self, alias: str) -> list[str]:
        """The columns as a statement written by hand names them, by the name of the table in it."""
        return [f"{alias}.{field.column}" for field in self.model._meta.concrete_fields]

    def row(self, columns: Sequence[Any]) -> Row | None:
        """The row of these columns; None where there was none to join."""
        key = columns[0]
        if key is not None and key not in self._made:
            self._made[key] = self.model.from_db(connection.alias, self.names, columns)
        return None if key is None else self._made[key]

    def row_as_stored(self, columns: Sequence[Any]) -> Row | None:
        """The same of columns as a cursor gives them: booleans, days and lists are still as the engine keeps them."""
        if columns[0] is None or columns[0] in self._made:
            return self.row(columns)
        read = []
        for field, value in zip(self.model._meta.concrete_fields, columns, strict=True):
            column = field.get_col(self.model._meta.db_table)
            for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection)):
                value = convert(value, column, connection)
            read.append(value)
        return self.row(read)


def in_bulk(model: type[Row], keys: Iterable[int | None]) -> dict[int, Row]:
    """The rows of these primary keys, by primary key, in one query; none is asked for no key."""
    wanted = sorted({key for key in keys if key is not None})
    if not wanted:
        return {}
    names = attnames(model)
    return {row[0]: model.from_db(connection.alias, names, row) for row in _rows_by_key(model)(keys=wanted)}


@cache
def _rows_by_key(model: type[Model]) -> Compiled:
    names = attnames(model)

    def ask(keys: Any) -> QuerySet[Any, Any]:
        return model._default_manager.filter(Among("pk", keys)).order_by().values_list(*names)

    return Compiled(ask, keys=Keys())
