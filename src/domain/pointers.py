"""JSON pointers (RFC 6901): where in a document something stands."""


def step(name: str) -> str:
    """One step of a pointer, down to the member ``name``."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
