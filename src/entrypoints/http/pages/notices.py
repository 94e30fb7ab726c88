"""What a page says after something was done: chosen by a word in the address, never typed there."""

from flask import request

from application.notifications.limit_by_hand import MOST_AN_HOUR
from domain.phrases import Phrase
from entrypoints.http.texts import mark, translated

NOTICES = {
    "has-account": mark("This address has an account already. Sign in to join."),
    "joined": mark("You have joined the organization."),
    "budget-created": mark("The budget is in force."),
    "budget-matches-nothing": mark(
        "The budget is in force. No call of the last four periods matches its scope: names are"
        " compared letter by letter."
    ),
    "budget-changed": mark("The budget was changed."),
    "budget-removed": mark("The budget was deleted."),
    "channel-changed": mark("The channel was changed."),
    "channel-created": mark("Alerts go there from now on. Send a test to see that they arrive."),
    "channel-enabled": mark("The channel is on again. What waited for it is being sent."),
    "channel-disabled": mark("The channel is off. What is to be sent waits until it is on again."),
    "channel-is-off": mark("The channel is off: nothing is sent to it."),
    "channel-removed": mark("The channel was deleted, with its history."),
    "by-hand-limit": Phrase(
        "%(most)s tests and repetitions went out within an hour: wait.", most=MOST_AN_HOUR
    ),
    "test-pending": mark(
        "A test was on its way already. What becomes of it stands below; reload for the latest."
    ),
    # These hold on after a reload, by when it may have arrived or failed.
    "test-sent": mark("A test was begun. What becomes of it stands below; reload for the latest."),
    "resent": mark("It is to be sent once more. What becomes of it stands below."),
    "terms-saved": mark("Saved. The calls it concerns are being priced again."),
    "alias-saved-without-price": mark(
        "Saved, but no price is known for what it means: its calls stay without one."
    ),
    "terms-removed": mark("Removed. The calls it priced are being priced again."),
    "key-revoked": mark("The key was revoked. It is refused from its next request on."),
    "password-changed": mark("Your password was changed. Every other session of yours has ended."),
    "retention-changed": mark("Saved. Calls that are older go within the hour; their sums stay."),
    "role-changed": mark("The role was changed."),
    "member-removed": mark("The member was removed."),
    "invitation-withdrawn": mark("The invitation was withdrawn."),
}


def notice() -> str | None:
    """The sentence that this request's address asks for, if it is one of ours."""
    return translated(NOTICES.get(request.args.get("notice", ""), "")) or None
