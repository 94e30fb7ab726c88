"""What a page says after something was done: chosen by a word in the address, never typed there."""

from flask import request

from application.notifications.limit_by_hand import MOST_AN_HOUR

NOTICES = {
    "has-account": "This address has an account already. Sign in to join.",
    "joined": "You have joined the organization.",
    "budget-created": "The budget is in force.",
    "budget-changed": "The budget was changed.",
    "budget-removed": "The budget was deleted.",
    "channel-created": "Alerts go there from now on. Send a test to see that they arrive.",
    "channel-enabled": "The channel is on again. What waited for it is being sent.",
    "channel-disabled": "The channel is off. What is to be sent waits until it is on again.",
    "channel-is-off": "The channel is off: nothing is sent to it.",
    "channel-removed": "The channel was deleted, with its history.",
    "by-hand-limit": f"{MOST_AN_HOUR} tests and repetitions went out within an hour: wait.",
    "test-pending": "A test is on its way already. Reload in a moment to see what became of it.",
    "test-sent": "A test is on its way. Reload in a moment to see what became of it.",
    "resent": "It is on its way once more.",
    "terms-saved": "Saved. The calls it concerns are being priced again.",
    "terms-removed": "Removed. The calls it priced are being priced again.",
    "key-revoked": "The key was revoked. It is refused from its next request on.",
    "password-changed": "Your password was changed. Every other session of yours has ended.",
    "retention-changed": "Saved. Calls that are older go within the hour; their sums stay.",
    "role-changed": "The role was changed.",
    "member-removed": "The member was removed.",
    "invitation-withdrawn": "The invitation was withdrawn.",
}


def notice() -> str | None:
    """The sentence that this request's address asks for, if it is one of ours."""
    return NOTICES.get(request.args.get("notice", ""))
