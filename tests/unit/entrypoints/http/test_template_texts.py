"""No template shows a word that cannot be translated, and no script either."""

import re
from pathlib import Path

import pytest

from entrypoints.http import app
from tests.template_texts import untranslated

_HTTP = Path(app.__file__).parent
TEMPLATES = sorted((_HTTP / "templates").rglob("*.*"))
SCRIPTS = sorted((_HTTP / "static").rglob("*.js"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_text_of_a_template_can_be_translated(path: Path) -> None:
    assert untranslated(path.read_text("utf-8")) == []


def test_there_are_templates_and_scripts_to_look_at() -> None:
    assert len(TEMPLATES) > 40
    assert len(SCRIPTS) > 3


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_show_what_templates_hand_to_them(path: Path) -> None:
    assert re.findall(r"(?:textContent|innerText|title)\s*=\s*[\"'`].*", path.read_text()) == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello</p>",
        "<p>{{ name }} is ready</p>",
        '<p title="Hello">{{ name }}</p>',
        '<nav aria-label="Main {{ name }}"></nav>',
        '<input placeholder="Exact id">',
        '<input type="submit" value="Send">',
        "<p>{{ 'unknown' if cost is none else cost }}</p>",
        "<p>{{ 'Delete ' ~ name }}</p>",
        "{% if a %}<p>{% else %}<b>{% endif %}none</b></p>",
        "{{ field(form, 'name', 'Your name') }}",
        "{{ field(form, 'name', label, hint='at least twelve letters') }}",
        "{% macro head() %}<th>Model</th>{% endmacro %}",
        "{% set about = {'a': 'What you pay'} %}",
    ],
)
def test_a_text_that_cannot_be_translated_is_found(template: str) -> None:
    assert untranslated(template) != []


@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ _('Hello') }}</p>",
        "<p>{% trans name=name %}Hello {{ name }}, <b>you</b>{% endtrans %}</p>",
        "<p title=\"{{ _('Hello %(name)s', name=name) }}\">{{ name }}: {{ cost|usd }} · </p>",
        "<p class=\"{{ 'wide' if a }}\">{{ plural(n, 'failed call') }}, {{ state|words }}</p>",
        "<code>tc_live_YOUR_KEY</code><script>const word = 1;</script>",
        "{# A comment #}<span>UTC</span>",
    ],
)
def test_what_is_translated_or_is_no_text_is_let_be(template: str) -> None:
    assert untranslated(template) == []
