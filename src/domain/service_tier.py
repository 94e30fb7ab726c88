"""The tier at which a provider served a call: one word for each, whatever the provider says."""

DEFAULT = "default"

#: What providers call ordinary service: OpenAI's ``auto`` (asked for, so default when nothing else
#: was answered), Anthropic's ``standard``, Vertex's traffic type ``on_demand``.
_PLAIN = {
    "": DEFAULT,
    "auto": DEFAULT,
    "on_demand": DEFAULT,
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "standard": DEFAULT,
}


def plain_region(stated: str | None) -> str | None:
    """A region as it is compared, one word in lower case; None for none."""
    return "_".join((stated or "").lower().split()) or None


def plain_service_tier(stated: str | None) -> str | None:
    """The canonical word for a stated tier; an unknown one is kept, as one word in lower case."""
    if stated is None:
        return None
    word = "_".join(stated.lower().split())
    return _PLAIN.get(word, word)
