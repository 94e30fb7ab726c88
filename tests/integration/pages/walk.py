"""The walk through every page: each route's, some states of them, and what forms answer."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.http_client import Team, found, sign_up
from tests.integration.pages.addresses import Address, Visitor, addresses
from tests.integration.pages.furnished import furnish
from tests.integration.pages.looking import Reader, a_reader

#: What the routes' own addresses do not show.
STATES = (
    Address("a refused range", "/dashboard?from=nonsense", status=422),
    Address("a filtered overview", "/dashboard?days=90&provider=openai&tag.team=legal"),
    Address("no call fits", "/dashboard/queries?model=no-such-model"),
    Address("a price", "/dashboard/prices?model=gpt-5.5"),
    Address("no price", "/dashboard/prices?model=no-such-model"),
    Address("nothing there", "/no/such/page", status=404),
)


def walk(browser: Browser, url: str, team: Team, pictures: Path | None = None) -> list[str]:
    """Look at everything there is in ``team`` and before one has a team; what is wrong with it."""
    people = {
        Visitor.STRANGER: None,
        Visitor.NEWCOMER: sign_up(team.app).session,
        Visitor.OWNER: team.owner.session,
    }
    readers = {who: a_reader(browser, url, token, pictures) for who, token in people.items()}
    for address in (*addresses(furnish(team)), *STATES):
        readers[address.visitor].visit(address)
    _fill_in(readers[Visitor.OWNER])
    _begin(readers[Visitor.NEWCOMER])
    beginner = a_reader(browser, url, found(team.app).owner.session, pictures)
    beginner.visit(Address("nothing came in yet", "/dashboard"))
    return [finding for reader in (*readers.values(), beginner) for finding in reader.findings]


def _fill_in(reader: Reader) -> None:
    """What an owner's forms answer: a secret, a link, and what is wrong beside the fields."""
    page = reader.page
    page.goto("/dashboard/keys/new")
    page.get_by_label("Name").fill("Backend")
    page.get_by_role("button", name="Create key").click()
    page.locator("#secret").wait_for()
    reader.look("a new key")
    page.goto("/dashboard/channels/new")
    page.get_by_label("Name").fill("Finance")
    page.get_by_label("URL of the webhook").fill("https://1.1.1.1/hook")
    page.locator("main form .button-primary").click()
    page.locator("#secret").wait_for()
    reader.look("a channel's secret")
    page.goto("/settings")
    page.get_by_label("E-mail", exact=True).fill("grace@example.com")
    page.get_by_role("button", name="Create link").click()
    page.locator("#invitation-link").wait_for()
    reader.look("an invitation's link")
    for path in ("budgets/new", "channels/new", "keys/new", "prices/own/prices/new"):
        page.goto(f"/dashboard/{path}")
        # As a browser sends it that does not check by itself.
        page.locator("main form").evaluate("form => { form.noValidate = true; }")
        page.locator("main form .button-primary").click()
        page.locator(".field-error").first.wait_for()
        reader.look(f"refused {path}")


def _begin(reader: Reader) -> None:
    """The first key, which the answer of the form shows."""
    reader.page.goto("/onboarding")
    reader.page.get_by_label("Organization").fill("Analytical Engines")
    reader.page.get_by_role("button", name="Continue").click()
    reader.page.locator("#secret").wait_for()
    reader.look("the first key")
