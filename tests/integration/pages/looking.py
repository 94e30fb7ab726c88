"""A browser that looks at a page in every way people have it, and says what is wrong with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright

from entrypoints.http.cookies import SESSION_COOKIE
from tests.integration.browser import CHROMIUM_ARGUMENTS, WATCH_SHIFTS
from tests.integration.pages.addresses import Address
from tests.integration.pages.layout import FLAWS

Scheme = Literal["light", "dark"]

#: A phone, a laptop, and a desk with much room.
PHONE, LAPTOP, DESK = 360, 1280, 2560
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
HEIGHT = 1020
_AXE = Axe().axe_script
#: Of WCAG 2.2, up to level AA.
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
#: Each broken rule at each element. What a list holds is drawn by the system, not by us.
_JUDGE = """async (rules) => {
  // No part of WCAG, but two parts of one name are no help to whom they are read out.
  const named = { "landmark-unique": { enabled: true } };
  const options = { runOnly: rules, rules: named, resultTypes: ["violations"] };
  const found = await axe.run({ exclude: ["option"] }, options);
  const inOneLine = (text) => text.replaceAll(/\\s+/g, " ");
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")}: ${inOneLine(node.failureSummary)}`));
}"""
#: Chromium says so about any answer from 400 on; the status is compared anyway.
_STATUS = "Failed to load resource: the server responded with a status of"
_REPORT = """addEventListener("securitypolicyviolation", (event) => console.error(
    `against the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""
#: Elements beyond the right edge that nothing clips, where the page scrolls sideways.
_STICKING_OUT = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return [];
  const clips = (each) => each && each !== document.body &&
    (getComputedStyle(each).overflowX !== "visible" || clips(each.parentElement));
  const named = (each) => `${each.localName}.${each.getAttribute("class")}`;
  return [...document.body.querySelectorAll("*")]
    .map((each) => [each, each.getBoundingClientRect().right - width])
    .filter(([each, beyond]) => beyond > 0.5 && !clips(each.parentElement))
    .map(([each, beyond]) =>
      `${named(each)} in ${named(each.parentElement)} by ${Math.round(beyond)} px`)
    .slice(0, 4)
    .concat(`the page is ${root.scrollWidth} px wide`);
}"""
#: Of a page, while it loads.
_MOST_MOVED = 0.02
#: Rows alike teach axe nothing, and a page of five hundred takes it half a minute.
_SHORTEN = """() => document.querySelectorAll(
  "main > section:nth-of-type(n+9), nav li:nth-child(n+13), tbody tr:nth-child(n+13)"
).forEach((each) => each.remove())"""
_UNFOLD = """() => document.querySelectorAll("details").forEach((each) => { each.open = true; })"""


@dataclass(frozen=True, slots=True)
class Look:
    """One way to have a page before oneself.

    ``rules`` are what axe judges by, None where it is not asked. ``is_unfolded`` opens what can be
    unfolded, and leaves it open.
    """

    scheme: Scheme
    width: int
    rules: Mapping[str, object] | None = None
    is_unfolded: bool = False

    def __str__(self) -> str:
        return f"{self.scheme}, {self.width} px{', unfolded' if self.is_unfolded else ''}"


#: First the whole page, in every scheme at every width; then axe, from whose first look on lists
#: are short. It judges each scheme at one width, the narrow one where fingers need the most room.
EVERY_LOOK = (
    *(Look(scheme, width) for scheme in SCHEMES for width in (PHONE, LAPTOP, DESK)),
    Look("light", LAPTOP, RULES),
    Look("dark", PHONE, RULES),
    Look("dark", PHONE, is_unfolded=True),
    Look("light", LAPTOP, RULES, is_unfolded=True),
)
#: Whether anything breaks, where colours are not in question.
PLAIN_LOOKS = (Look("light", LAPTOP), Look("light", PHONE), Look("light", PHONE, is_unfolded=True))


class Reader:
    """One person's browser; ``findings`` are sentences about what should not be.

    Pictures of all looks go into ``pictures``, unless it is None.
    """

    def __init__(self, context: BrowserContext, pictures: Path | None = None) -> None:
        context.add_init_script(_REPORT)
        context.add_init_script(WATCH_SHIFTS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._find(str(error.error)))
        self.page = context.new_page()
        self.findings: list[str] = []
        self._pictures = pictures
        self._here = ""

    def visit(self, address: Address, looks: tuple[Look, ...] = EVERY_LOOK) -> None:
        """Open a page and look at it."""
        self._here = address.name
        answer = self.page.goto(address.path)
        assert answer is not None
        if answer.status != address.status:
            self._find(f"answers with {answer.status} and not {address.status}")
        elif urlsplit(self.page.url).path != urlsplit(address.path).path:
            self._find(f"leads to {self.page.url}; NO_DOCUMENT names what is no page")
        else:
            if (moved := self.page.evaluate("window.moved")) > _MOST_MOVED:
                self._find(f"moves by {moved:.3f} while it loads")
            self.look(address.name, looks)

    def look(self, name: str, looks: tuple[Look, ...] = EVERY_LOOK) -> None:
        """Look at the page as it stands, in all ways."""
        self._here = name
        if (headings := self.page.locator("h1").count()) != 1:
            self._find(f"has {headings} first headings")
        is_short = False
        for look in looks:
            self._here = f"{name} ({look})"
            self.page.emulate_media(color_scheme=look.scheme)
            self.page.set_viewport_size({"width": look.width, "height": HEIGHT})
            if look.is_unfolded:
                self.page.evaluate(_UNFOLD)
            if look.rules and not is_short:
                self.page.evaluate(_SHORTEN)
                self.page.evaluate(_AXE)
                is_short = True
            self._judge(look)
            self._draw(name, look)

    def _judge(self, look: Look) -> None:
        for element in self.page.evaluate(_STICKING_OUT):
            self._find(f"scrolls sideways: {element}")
        for flaw in self.page.evaluate(FLAWS):
            self._find(flaw)
        if look.rules is not None:
            for broken in self.page.evaluate(_JUDGE, look.rules):
                self._find(broken)

    def _draw(self, name: str, look: Look) -> None:
        if self._pictures is not None and not (look.rules or look.is_unfolded):
            words = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
            file = self._pictures / f"{words}.{look.scheme}.{look.width}.jpeg"
            # Every run takes hundreds: as PNG these need half as much time and room again.
            self.page.screenshot(path=file, type="jpeg", quality=70, full_page=True)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_STATUS):
            self._find(message.text)

    def _find(self, what: str) -> None:
        self.findings.append(f"{self._here}: {what}")


@contextmanager
def chromium_browser(path: str) -> Iterator[Browser]:
    """One for a whole test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def a_reader(
    browser: Browser, url: str, session: str | None = None, pictures: Path | None = None
) -> Reader:
    """Somebody new, in UTC, with the session of a person if there is one; nothing moves."""
    context = browser.new_context(base_url=url, reduced_motion="reduce", timezone_id="UTC")
    if session is not None:
        context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": url}])
    return Reader(context, pictures)
