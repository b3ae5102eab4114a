"""The program office's desk, table by table. Every act on it goes through a verb, and nothing derived can be typed."""

from readiness.admin import kinds, log, people, pilots, portfolios, rights

__all__ = ["kinds", "log", "people", "pilots", "portfolios", "rights"]
