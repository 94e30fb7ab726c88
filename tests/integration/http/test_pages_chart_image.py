"""The overview's chart as a file: an image that is whole by itself, whatever senders wrote."""

import re
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from tests.http_client import Team, an_event, body_of
from tests.integration.http.browsing import Browser, Page
from tests.integration.http.page_calls import CALLS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def browser(file_team: Team) -> Browser:
    """The owner's, after the calls have come in."""
    assert file_team.send(*CALLS)["accepted"] == len(CALLS)
    return Browser(file_team.owner.client)


def image_of(page: Page) -> str:
    """Where the image of the page's chart is."""
    (link,) = [link for link in page.links if link.startswith("/dashboard/chart.svg")]
    return link


def drawing(image: Page) -> ET.Element:
    """The file as an XML parser reads it."""
    assert image.status == 200
    assert image.headers["Content-Type"].startswith("image/svg+xml")
    root = ET.fromstring(image.html)  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    return root


def words(root: ET.Element) -> list[str]:
    """What is written in it."""
    return ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]


def painted(root: ET.Element) -> list[str]:
    """The patterns that areas are filled with; each must be in the file."""
    used = {each.attrib.get("fill", "") for each in root.iter(f"{SVG}rect")} - {""}
    held = {f"url(#{each.attrib['id']})" for each in root.iter(f"{SVG}pattern")}
    assert used == held
    return sorted(name.rpartition("-")[2].removesuffix(")") for name in used)


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("provider", "cost-by-provider"),
        ("api_key", "cost-by-api-key"),
        ("tag.team", "cost-by-tag-team"),
        ("total", "cost"),
    ],
)
def test_the_image_is_the_chart_of_the_page(browser: Browser, by: str, name: str) -> None:
    page = browser.open(f"/dashboard?days=7&by={by}")
    image = browser.open(image_of(page))
    root = drawing(image)
    for drawn in ("chart-slot", "chart-part", "chart-bar", "chart-unknown"):
        counts = [document.count(f'class="{drawn}') for document in (page.html, image.html)]
        assert counts[0] == counts[1], drawn
    assert "$12.01" in words(root)
    file_name = (
        rf'attachment; filename="truecompute-{name}-\d{{4}}-\d\d-\d\d-to-\d{{4}}-\d\d-\d\d\.svg"'
    )
    assert re.fullmatch(file_name, image.headers["Content-Disposition"])


def test_it_says_what_it_shows(browser: Browser) -> None:
    page = browser.open("/dashboard?days=7&by=model&user=ada&tz=Asia/Kathmandu")
    said = words(drawing(browser.open(image_of(page))))
    assert "Cost over time by model" in said
    assert "Only user ada" in said
    assert "claude-sonnet-4-5, anthropic" in said
    assert any(
        re.fullmatch(r"US dollars each day, .* \d{4}, time zone Asia/Kathmandu", each)
        for each in said
    )


def test_a_key_is_written_by_its_name(browser: Browser, file_team: Team) -> None:
    page = browser.open(f"/dashboard?by=api_key&api_key={file_team.key_id}")
    said = words(drawing(browser.open(image_of(page))))
    assert "Only api key Default key" in said
    assert "Default key" in said


@pytest.mark.parametrize("by", ["provider", "total"])
def test_it_needs_nothing_beside_it(browser: Browser, by: str) -> None:
    image = browser.open(f"/dashboard/chart.svg?by={by}")
    root = drawing(image)
    style = "".join(each.text or "" for each in root.iter(f"{SVG}style"))
    assert re.search(r"\.chart-(surface|bar) { fill: #[0-9a-f]{6}; }", style)
    assert "var(" not in style
    assert ": ;" not in style
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    drawn = {"svg", "title", "style", "rect", "line", "text", "g"}
    assert tags <= drawn | ({"defs", "pattern", "path"} if by == "provider" else set())
    assert not [name for each in root.iter() for name in each.attrib if "href" in name]
    classes = {each.attrib["class"] for each in root.iter() if "class" in each.attrib}
    for name in {word for names in classes for word in names.split()}:
        assert f".{name} {{" in style or name == "chart-minor"
    assert painted(root) == (["bricks"] if by == "provider" else [])


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "\"&'<", "]]>", "a\x01\x1f\x7fb", "\ufffe", "=1+1", "\u202e"],
)
def test_what_senders_wrote_is_text(team: Team, name: str) -> None:
    team.send(an_event(project=name, tags={name: name}))
    browser = Browser(team.owner.client)
    sent = quote(name, safe="")
    for query in (f"by=project&project={sent}", f"by=tag.{sent}&tag.{sent}={sent}"):
        image = browser.open(image_of(browser.open(f"/dashboard?{query}")))
        shown = re.sub("[\x01\x1f\ufffe]", "\ufffd", name)
        assert shown in words(drawing(image))
        assert "<script" not in image.html
        assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.svg"',
                            image.headers["Content-Disposition"])  # fmt: skip


def test_a_model_has_its_cost_over_time_as_files(browser: Browser) -> None:
    page = browser.open("/dashboard/models/anthropic/claude-haiku-4-5?by=project&days=7")
    said = words(drawing(browser.open(image_of(page))))
    assert {"Cost over time", "Only provider anthropic, model claude-haiku-4-5"} <= set(said)
    (link,) = [link for link in page.links if "view=overview" in link and "format" not in link]
    assert body_of(browser.client.get(link))["totals"]["cost_usd"] == "0.0007"


def test_without_calls_it_is_an_empty_chart(team: Team) -> None:
    root = drawing(Browser(team.owner.client).open("/dashboard/chart.svg?days=7"))
    assert "$0.00" in words(root)


def test_a_range_that_cannot_be_read_is_no_image(browser: Browser) -> None:
    page = browser.open("/dashboard/chart.svg?from=yesterday")
    assert page.status == 422
    assert "text/html" in page.headers["Content-Type"]
