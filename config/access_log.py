"""The access log of gunicorn, where it is switched on."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from config.masking import mask_secrets


class MaskedLogger(Logger):  # type: ignore[misc]
    """Writes addresses without the secrets in them."""

    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = super().atoms(*args, **kwargs)
        return {name: mask_secrets(value) if isinstance(value, str) else value for name, value in found.items()}
