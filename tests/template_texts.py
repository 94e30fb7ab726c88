"""What a template shows to people without asking for a translation of it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment, nodes

#: Names of products and formats, units, and what people are to type as it is.
SAME_EVERYWHERE = frozenset({
    "TrueCompute", "UTC", "CSV", "JSON",
    "openapi.json", "ms", "p95", "https://", "anthropic", "claude-sonnet-4-5-20250929",
    # Of a meta element, for browsers.
    "light dark",
})  # fmt: skip

_SHOWN_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-arrived")
_UNREAD = ("script", "style", "code")
#: What asks for translations, of its own texts or of words for a code.
_GETTEXT = ("_", "gettext", "ngettext", "plural")
_VOCABULARY = ("words", "heading", "filter_words")
#: A block that stands in a class, and attributes that a macro writes.
_CLASS = "_class"
_ATTRIBUTE = re.compile(r' [a-z-]+="[^"]*"')
#: In the place of what is only known when a page is made.
_VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"
_WORD = re.compile(r"[^\W\d_]{2,}")
#: A text given to a macro: it begins with a capital letter and goes on, or has words in it.
_SENTENCE = re.compile(r"[A-Z][a-z]+(?![\w-]*/)|.*[a-z] [a-z]")


def untranslated(source: str) -> list[str]:
    """The texts of a template that stand outside of ``trans`` and ``_``, as they are read."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(source)  # noqa: S701 - parses only
    reader = _Reader()
    reader.feed("".join(_markup(tree)))
    reader.close()
    found = [*reader.texts, *_arguments(tree)]
    return [text for text in found if _WORD.search(text) and text not in SAME_EVERYWHERE]


class _Reader(HTMLParser):
    """Collects texts, and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in _UNREAD
        its = dict(attrs)
        shown = [its.get(name) for name in _SHOWN_ATTRIBUTES]
        if its.get("type") in ("submit", "button", "reset"):
            shown.append(its.get("value"))
        self.texts += [part for text in shown if text for part in _parts(text)]

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.texts += _parts(_ATTRIBUTE.sub("", data))


def _parts(text: str) -> list[str]:
    return [part.strip(" \n,.;:()/…·“”\N{EN DASH}?%$") for part in text.split(_VALUE)]


def _markup(tree: nodes.Node) -> Iterator[str]:
    """The template's own text in its order, and a sign for each value."""
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            yield child.data
        elif isinstance(child, nodes.Output):
            yield from _markup(child)
        elif isinstance(tree, nodes.Output):
            yield from _written(child)
        elif isinstance(child, nodes.Stmt) and not _is_class(child):
            yield from _markup(child)


def _written(shown: nodes.Node) -> Iterator[str]:
    """What an expression can write: its own texts, and a sign for everything else."""
    match shown:
        case nodes.Const(value=str(text)):
            yield text
        case nodes.TemplateData(data=text):
            yield text
        case nodes.CondExpr(expr1=first, expr2=second):
            yield from _written(first)
            yield from _written(second) if second else ()
        case nodes.Concat(nodes=parts):
            for part in parts:
                yield from _written(part)
        case nodes.BinExpr(left=left, right=right):
            yield from _written(left)
            yield from _written(right)
        case nodes.Filter(node=inner, name=name) if inner and name not in _VOCABULARY:
            yield from _written(inner)
        case _:
            yield _VALUE


def _arguments(tree: nodes.Node) -> Iterator[str]:
    """Sentences and titles that stand inside expressions, as arguments of macros say."""
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.Const) and isinstance(child.value, str):
            if _SENTENCE.match(child.value):
                yield child.value
        elif not _is_gettext(child) and not _is_class(child):
            yield from _arguments(child)


def _is_gettext(node: nodes.Node) -> bool:
    if not isinstance(node, nodes.Call):
        return False
    return isinstance(node.node, nodes.Name) and node.node.name in _GETTEXT


def _is_class(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Block) and node.name.endswith(_CLASS)
