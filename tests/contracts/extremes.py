"""Values at the ends of what can be typed."""

from __future__ import annotations

NUMBERS = ("0", "-1", "1.5", str(2**31), str(2**63), str(10**14), "1e400", "NaN", "Infinity", "9" * 5000)

DAYS = ("0001-01-01", "9999-12-31", "2026-02-31")

CHARACTERS = {
    "null": "a\0b",
    "right to left": "\u202eevil\u2066",
    "emoji": "\U0001f9ef\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "combining": "Z" + "\u0301" * 300,
    "control": "a\x01\x1b[31m\x7f\ufffe",
}
