"""The API: what portfolio reviews read, and the verbs over HTTP."""
