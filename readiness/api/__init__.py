"""The API: what portfolio reviews read, and the actions over HTTP."""
