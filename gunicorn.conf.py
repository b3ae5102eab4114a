"""What gunicorn reads where it is started. Its own options and GUNICORN_CMD_ARGS come on top."""

# An access log, where one is switched on, holds no secret of a letter's link.
logger_class = "config.access_log.MaskedLogger"
