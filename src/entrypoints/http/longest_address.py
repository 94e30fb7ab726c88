"""How long an address may be."""

#: Bytes of a request's first line; gunicorn takes no more. The longest value of a filter is up to
#: 3,072 of them, percent-encoded.
LONGEST_LINE = 8190
LONGEST_ADDRESS = LONGEST_LINE - len("GET  HTTP/1.1")
