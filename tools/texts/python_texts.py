"""The texts in Python: what is asked to be translated, and what errors tell people.

Babel's own reading of Python joins all literals of an argument, both sides of a condition too, and
differs between versions of Python on f-strings. This one reads the syntax tree.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

#: Functions, and which of their arguments is a text.
_TEXT_AT = {"gettext": 0, "mark": 0, "Phrase": 0, "_refused": 0, "at": 1, "Fault": 1}
_PLURALS = ("ngettext", "several")
_ERRORS = (
    "NotFound", "Conflict", "Forbidden", "Unauthenticated", "Unavailable", "Invalid",
    "TooManyRequests", "Undeliverable",
)  # fmt: skip
#: The name of a variable that holds what an error says.
_DETAIL = "detail"


class Text(NamedTuple):
    """An English text, with its plural where a number decides."""

    one: str
    several: str | None = None


def texts_of(source: str) -> Iterator[Text]:
    """In the order in which they stand. Texts made of values are none; ``Phrase`` is for those."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _said(_name_of(node.func), node.args)
        elif isinstance(node, ast.Assign) and _name_of(node.targets[0]) == _DETAIL:
            yield from map(Text, _literals(node.value))


def _said(function: str, arguments: list[ast.expr]) -> Iterator[Text]:
    if function in _PLURALS:
        forms = [next(_literals(each), None) for each in arguments[:2]]
        if len(forms) == 2 and forms[0] and forms[1]:
            yield Text(forms[0], forms[1])
        return
    place = 0 if function in _ERRORS else _TEXT_AT.get(function)
    if place is not None and len(arguments) > place:
        yield from map(Text, _literals(arguments[place]))


def _literals(expression: ast.expr) -> Iterator[str]:
    match expression:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=first, orelse=second):
            yield from _literals(first)
            yield from _literals(second)


def _name_of(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
