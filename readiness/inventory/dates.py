"""The dates people type into lists (design, section 9)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_TIME = r"(?:[ T]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?[AP]M)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
_ISO = re.compile(rf"(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}}){_TIME}", re.I)
_SLASHED = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}|\d{{2}}){_TIME}", re.I)
_DOTTED = re.compile(rf"(\d{{1,2}})\. ?(\d{{1,2}})\. ?(\d{{4}}|\d{{2}}){_TIME}", re.I)
_DAY_AND_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[- ]([a-z]{3,9})\.?[-, ]+(\d{4})", re.I)
_NAME_AND_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.I)
_MONTH_SLASH = re.compile(r"(\d{1,2})/(\d{4})")
_MONTH_NAME = re.compile(r"([a-z]{3})[a-z]*[- ](\d{2}|\d{4})", re.I)
_YEAR = re.compile(r"\d{4}")
_DAY_NUMBER = re.compile(r"(\d{5})(?:\.\d+)?")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    "december",
)
_EARLIEST, _LATEST = 1950, 2199
_DAY_NOUGHT = date(1899, 12, 30)
"""The day before a spreadsheet's first, in its own counting, which takes 1900 for a leap year."""

MONTH_FIRST, DAY_FIRST = "month first", "day first"


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date as it was read; approximate where a month or a year was given, numbered where a spreadsheet's day number."""

    day: date
    approximate: bool = False
    numbered: bool = False


def read_date(text: str, *, slashes: str | None = MONTH_FIRST, coarse: bool = True) -> ReadDate | None:
    """The date in `text`. None: not readable, impossible, or of an order that nobody knows.

    Args:
        slashes: in which order a date with slashes names day and month; None where that is not known.
        coarse: whether a month or a year will do: it is its last day.
    """
    text = text.strip()
    try:
        return _full(text, slashes) or _read_day_number(text) or ((_month(text) or _year(text)) if coarse else None)
    except ValueError:
        return None


def read_full_date(text: str, slashes: str | None) -> ReadDate | None:
    """The date in `text` where it names a day; dots mean day first."""
    return read_date(text, slashes=slashes, coarse=False)


def is_of_two_orders(text: str) -> bool:
    """Whether a date with slashes can be read day first and month first, and is not the same day either way."""
    match = _SLASHED.fullmatch(text.strip())
    return match is not None and int(match[1]) <= 12 and int(match[2]) <= 12 and match[1] != match[2]


def order_of_slashes(texts: Iterable[str]) -> str | None:
    """The order that the dates with slashes of a file settle among them; None where none does, or they disagree."""
    orders = set()
    for text in texts:
        if match := _SLASHED.fullmatch(text.strip()):
            first, second = int(match[1]), int(match[2])
            if 12 < first <= 31 and second <= 12:
                orders.add(DAY_FIRST)
            elif first <= 12 < second <= 31:
                orders.add(MONTH_FIRST)
    return orders.pop() if len(orders) == 1 else None


def _full(text: str, slashes: str | None) -> ReadDate | None:
    if match := _ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _DOTTED.fullmatch(text):
        day, month, year = map(int, match.groups())
    elif match := _SLASHED.fullmatch(text):
        first, second, year = map(int, match.groups())
        order = slashes or (None if is_of_two_orders(text) else _only_order(first, second))
        if order is None:
            return None
        month, day = (first, second) if order == MONTH_FIRST else (second, first)
    elif match := _DAY_AND_NAME.fullmatch(text):
        day, month, year = int(match[1]), _month_number(match[2]), int(match[3])
    elif match := _NAME_AND_DAY.fullmatch(text):
        month, day, year = _month_number(match[1]), int(match[2]), int(match[3])
    else:
        return None
    return ReadDate(date(_plausible(year if year > 99 else _century(year)), month, day))


def _only_order(first: int, second: int) -> str:
    """The order of a date with slashes that can be read in one only, or is the same day either way."""
    return DAY_FIRST if first > 12 else MONTH_FIRST


def _read_day_number(text: str) -> ReadDate | None:
    match = _DAY_NUMBER.fullmatch(text)
    if match is None:
        return None
    day = _DAY_NOUGHT + timedelta(days=int(match[1]))
    _plausible(day.year)
    return ReadDate(day, numbered=True)


def _month_number(name: str) -> int:
    """The number of a month by its English name, whole or its first letters."""
    found = next((n for n, whole in enumerate(_NAMES, 1) if whole.startswith(name.lower())), None)
    if found is None:
        raise ValueError(name)
    return found


def _month(text: str) -> ReadDate | None:
    if match := _MONTH_SLASH.fullmatch(text):
        return _last_day(int(match[2]), int(match[1]))
    match = _MONTH_NAME.fullmatch(text)
    if match and (month := _MONTHS.get(match[1].lower())):
        year = int(match[2])
        return _last_day(year if year > 99 else _century(year), month)
    return None


def _year(text: str) -> ReadDate | None:
    return _last_day(int(text), 12) if _YEAR.fullmatch(text) else None


def _century(two_digits: int) -> int:
    """Spreadsheets and POSIX agree on 1970 as the turn, near enough."""
    return two_digits + (1900 if two_digits >= 70 else 2000)


def _last_day(year: int, month: int) -> ReadDate:
    if not 1 <= month <= 12:
        raise ValueError(month)
    return ReadDate(date(_plausible(year), month, monthrange(year, month)[1]), approximate=True)


def _plausible(year: int) -> int:
    if not _EARLIEST <= year <= _LATEST:
        raise ValueError(year)
    return year
