"""The stable codes on an event's usage and price, as sentences."""

_SENTENCES = {
    "no_convention": "This provider's usage object has no known convention: nothing was read.",
    "unrecognised_usage": "The usage object has none of the provider's known fields.",
    "cached_image_as_cache_read": "Cached image tokens are counted as cache reads.",
    "output_video_as_output": "Output video tokens are counted as output.",
    "modality_unknown": "The cached tokens' modality is not stated; the prompt counts as text.",
    "iterations_not_counted": "The provider ran further billed steps that its totals leave out.",
    "upstream_cost_included": "The cost includes the upstream provider's own charge.",
    "service_tier_not_priced": "This service tier has no price of its own: priced as default.",
    "speed_not_priced": "This speed has no price of its own: priced as standard.",
    "region_not_priced": "This region has no price of its own: priced as everywhere.",
    "contradictory_usage": "The numbers contradict each other at {}: the stated total stands.",
    "incomplete_usage": "A total is missing at {}: only its parts are counted.",
    "framework_usage": "The usage object is a framework's ({}), and was read by its rules.",
    "citations_as_input": "Tokens of citations are counted as input, whose price they have.",
    "free_self_hosted": "A model on your own machines: free unless you set a price for it.",
    "alias": "Priced by your own name for it: {}.",
    "time_of_day": "The price depends on the time of day: {}.",
}


def note_words(note: str) -> str:
    """A sentence for a code; a code that is not known yet is shown as words."""
    code, _, place = note.partition(":")
    sentence = _SENTENCES.get(code)
    return sentence.format(place) if sentence else note.replace("_", " ")
