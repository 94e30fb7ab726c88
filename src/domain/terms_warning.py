"""Why a budget may hold less than it seems to."""

from enum import StrEnum

from domain.phrases import Phrase


class TermsWarning(StrEnum):
    """Why a budget's terms may not do what they are meant for.

    ``BLOCKS_BY_MODEL``: a reservation names the model that is asked for, and the event the one
    that answered; where these differ, the budget counts the second, and is asked for the first only
    once such a call was seen.

    ``MATCHES_NOTHING``: it would have counted no call of the last periods.
    """

    BLOCKS_BY_MODEL = "blocks_by_model"
    MATCHES_NOTHING = "matches_nothing"

    @property
    def detail(self) -> Phrase:
        return _DETAILS[self]


_DETAILS = {
    TermsWarning.BLOCKS_BY_MODEL: Phrase(
        "It blocks by the name of a model, and an answer may name another one than was asked"
        " for (gpt-4o, answered by gpt-4o-2024-08-06). Choose the name that answers: it is what"
        " counts. The first call under another name is not stopped, later ones are. A project"
        " or an API key stops the first, too."
    ),
    TermsWarning.MATCHES_NOTHING: Phrase(
        "No call of the last four periods matches its scope. Names are compared letter by letter."
    ),
}
