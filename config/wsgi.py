"""What a web server calls."""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Whatever a request says of its coding, it is read as UTF-8.

    Django would read it by any coding that Python knows, some of which (base64, idna) read no text: such a request would
    fail before the first middleware, without an answer of ours.
    """
    kind, _parameter, rest = environ.get("CONTENT_TYPE", "").partition(";")
    kept = [each for each in rest.split(";") if not each.strip().lower().startswith("charset")]
    environ["CONTENT_TYPE"] = ";".join([kind, *kept]) if rest else kind
    return django(environ, start_response)
