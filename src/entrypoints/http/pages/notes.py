"""The stable codes on an event's usage and price, as sentences."""

from entrypoints.http.texts import gettext, mark

_SENTENCES = {
    "no_convention": mark(
        "This provider's usage object has no known convention: nothing was read."
    ),
    "unrecognised_usage": mark("The usage object has none of the provider's known fields."),
    "cached_image_as_cache_read": mark("Cached image tokens are counted as cache reads."),
    "output_video_as_output": mark("Output video tokens are counted as output."),
    "modality_unknown": mark(
        "The cached tokens' modality is not stated; the prompt counts as text."
    ),
    "iterations_not_counted": mark(
        "The provider ran further billed steps that its totals leave out."
    ),
    "upstream_cost_included": mark("The cost includes the upstream provider's own charge."),
    "service_tier_not_priced": mark(
        "This service tier has no price of its own: priced as default."
    ),
    "speed_not_priced": mark("This speed has no price of its own: priced as standard."),
    "region_not_priced": mark("This region has no price of its own: priced as everywhere."),
    "contradictory_usage": mark(
        "The numbers contradict each other at %(place)s: the stated total stands."
    ),
    "incomplete_usage": mark("A total is missing at %(place)s: only its parts are counted."),
    "framework_usage": mark(
        "The usage object is a framework's (%(place)s), and was read by its rules."
    ),
    "citations_as_input": mark("Tokens of citations are counted as input, whose price they have."),
    "free_self_hosted": mark("A model on your own machines: free unless you set a price for it."),
    "alias": mark("Priced by your own name for it: %(place)s."),
    "time_of_day": mark("The price depends on the time of day: %(place)s."),
}
#: What the lines of a cost say beside their price, looked up as they are.
LINE_NOTES = (
    mark("billed as output"),
    mark("billed as cache_read"),
    mark("billed as input: no price of its own"),
    mark("the provider's own figure"),
)


def note_words(note: str) -> str:
    """A sentence for a code; a code that is not known yet is shown as words."""
    code, _, place = note.partition(":")
    sentence = _SENTENCES.get(code)
    return gettext(sentence, place=place) if sentence else note.replace("_", " ")
