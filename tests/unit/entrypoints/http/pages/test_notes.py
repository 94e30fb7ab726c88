"""Stable codes as sentences."""

from entrypoints.http.pages.notes import note_words


def test_a_known_code_is_a_sentence_with_its_place() -> None:
    assert note_words("speed_not_priced").startswith("This speed has no price of its own")
    assert "/total_tokens" in note_words("contradictory_usage:/total_tokens")
    assert "16:30-00:30Z" in note_words("time_of_day:16:30-00:30Z")


def test_a_code_of_a_newer_server_is_shown_as_words() -> None:
    assert note_words("something_new") == "something new"
