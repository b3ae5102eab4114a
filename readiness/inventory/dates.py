"""The dates people type into inventories (design, section 9)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_TIME = r"(?:[ T]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?[AP]M)?)?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}", re.I)
_AMERICAN = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_TIME}", re.I)
_MONTH_SLASH = re.compile(r"(\d{1,2})/(\d{4})")
_MONTH_NAME = re.compile(r"([a-z]{3})[a-z]*[- ](\d{2}|\d{4})", re.I)
_YEAR = re.compile(r"\d{4}")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_EARLIEST, _LATEST = 1950, 2199


@dataclass(frozen=True, slots=True)
class ReadDate:
    day: date
    approximate: bool


def read_date(text: str) -> ReadDate | None:
    """The date in `text`; a month or a year is its last day. None: not readable or impossible."""
    text = text.strip()
    try:
        return _full(text) or _month(text) or _year(text)
    except ValueError:
        return None


def read_iso_date(text: str) -> date | None:
    """A full date written year first, with or without a time; None when it is anything else, or no calendar of ours."""
    match = _ISO.fullmatch(text.strip())
    try:
        return date(_plausible(int(match[1])), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _full(text: str) -> ReadDate | None:
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _AMERICAN.fullmatch(text):
        month, day, year = match.groups()
    else:
        return None
    return ReadDate(date(_plausible(int(year)), int(month), int(day)), approximate=False)


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
