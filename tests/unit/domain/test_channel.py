"""Where alerts go."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.channel import BOTH_SECRETS_SIGN, Channel, ChannelType, check_channel
from domain.errors import Invalid
from tests.builders import NOW

HOOK = Channel(
    id="c",
    organization_id="acme",
    type=ChannelType.WEBHOOK,
    name="Finance",
    target="https://example.com/hook",
    created_at=NOW,
    secret="whsec_one",
)
MAIL = replace(HOOK, type=ChannelType.EMAIL, target="lead@example.com", secret=None)
SLACK_URL = "https://hooks.slack.com/services/T0/B0/secret-abcd"
SLACK = replace(HOOK, type=ChannelType.SLACK, target=SLACK_URL, secret=None)


def test_for_a_day_after_a_rotation_both_secrets_sign() -> None:
    assert HOOK.signing_secrets(NOW) == ("whsec_one",)
    rotated = HOOK.rotated("whsec_two", NOW)
    last = NOW + BOTH_SECRETS_SIGN - timedelta.resolution
    assert timedelta(days=1) == BOTH_SECRETS_SIGN
    assert rotated.signing_secrets(NOW) == ("whsec_two", "whsec_one")
    assert rotated.signing_secrets(last) == ("whsec_two", "whsec_one")
    assert rotated.signing_secrets(NOW + BOTH_SECRETS_SIGN) == ("whsec_two",)


def test_of_two_rotations_in_a_day_each_old_secret_signs_for_a_day_from_its_own() -> None:
    hour = timedelta(hours=1)
    twice = HOOK.rotated("whsec_two", NOW).rotated("whsec_three", NOW + hour)
    last = NOW + BOTH_SECRETS_SIGN - timedelta.resolution
    assert twice.signing_secrets(last) == ("whsec_three", "whsec_two", "whsec_one")
    assert twice.signing_secrets(NOW + BOTH_SECRETS_SIGN) == ("whsec_three", "whsec_two")
    assert twice.signing_secrets(NOW + BOTH_SECRETS_SIGN + hour) == ("whsec_three",)


def test_five_old_secrets_sign_at_most_and_what_signs_no_more_is_forgotten() -> None:
    channel = HOOK
    for number in range(7):
        channel = channel.rotated(f"whsec_{number}", NOW)
    assert channel.signing_secrets(NOW) == tuple(f"whsec_{number}" for number in range(6, 0, -1))
    later = channel.rotated("whsec_later", NOW + BOTH_SECRETS_SIGN)
    assert [each.secret for each in later.old_secrets] == ["whsec_6"]


def test_only_what_has_a_secret_can_get_a_new_one() -> None:
    with pytest.raises(ValueError, match="webhook"):
        MAIL.rotated("whsec_two", NOW)


def test_mail_and_slack_are_not_signed() -> None:
    assert MAIL.signing_secrets(NOW) == SLACK.signing_secrets(NOW) == ()


def test_a_disabled_channel_says_why_until_it_is_enabled() -> None:
    off = HOOK.disabled("It answered 410.", NOW)
    assert (off.is_enabled, off.disabled_reason) == (False, "It answered 410.")
    assert off.enabled() == HOOK


def test_the_address_of_slack_is_a_secret_and_others_are_shown() -> None:
    assert SLACK.shown_target == "https://hooks.slack.com/…abcd"
    assert HOOK.shown_target == "https://example.com/hook"
    assert MAIL.shown_target == "lead@example.com"


def test_texts_are_trimmed() -> None:
    for channel in (HOOK, MAIL, SLACK):
        padded = replace(channel, name="  Finance ", target=f" {channel.target}\n")
        assert check_channel(padded) == channel


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lead",
        "lead@",
        "@example.com",
        "a@b@example.com",
        "a b@example.com",
        "a@example.com\nBcc: b@example.com",
        "a@example.com,b@example.com",
        "Lead <a@example.com>",
        "x" * 65 + "@example.com",
        "a@" + "x" * 190,
        "a\x00@example.com",
        "a\x1b@example.com",
        "a\x7f@example.com",
        "a\u2028@example.com",
        "a\xa0b@example.com",
        "a\ud800@example.com",
    ],
)
def test_what_is_no_address_of_mail_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_channel(replace(MAIL, target=address))
    assert refusal.value.first_fault.pointer == "/address"


@pytest.mark.parametrize("address", ["a@b", "first.last+tag@sub.example.com", "žofie@example.com"])
def test_usual_and_international_addresses_are_taken(address: str) -> None:
    assert check_channel(replace(MAIL, target=address)).target == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.slack.com/services/T0/B0/x",
        "https://hooks.slack.com",
        "https://hooks.slack.com/",
        "https://hooks.slack.com.example.com/services/x",
        "https://user@hooks.slack.com/services/x",
        "https://hooks.slack.com:8443/services/x",
        "https://example.com/hooks.slack.com",
        "https://[",
    ],
)
def test_what_is_no_webhook_of_slack_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_channel(replace(SLACK, target=url))
    assert refusal.value.first_fault.pointer == "/url"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_a_channel_needs_a_name_that_can_be_read(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_channel(replace(HOOK, name=name))
    assert refusal.value.first_fault.pointer == "/name"
