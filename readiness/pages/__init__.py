"""The pages, for people with a browser; nothing on them needs a script."""
