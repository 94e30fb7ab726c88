"""The price book on the command line."""

from application.pricing.stage_price_book import StagedBook
from domain.pricing.book_changes import summary
from entrypoints.cli.operator import reachable_container

#: Lines of a comparison that are shown; the last one counts them all.
_MOST_LINES = 200


def status() -> str:
    """What is in force and what waits, in a few lines."""
    with reachable_container() as container:
        book = container.describe_price_book()()
        books = container.list_price_books()()
        bundled = container.bundled_pricing_tables().current().info
    kind = "your book" if book.is_replaced else "the bundled book"
    age = "of unknown age" if book.age_days is None else f"{book.age_days} days old"
    lines = [f"In force: {kind} {book.info.version}, {age}, {book.models} models."]
    lines += [f"  {s.name} {s.version} ({s.licence}), {s.url}" for s in book.info.sources]
    if book.is_stale:
        lines.append("It is stale: prices have probably changed since.")
    given_on = next((each.staged_at.date() for each in books.history if each.is_active), None)
    if bundled.is_newer_than(book.info.made_on or given_on):
        lines.append(f"The bundled book {bundled.version} is newer: truecompute prices use-bundled")
    lines += [f"Staged: {books.staged.book_version}."] if books.staged else []
    lines += [
        f"Earlier: {each.book_version}, in force from {each.activated_at:%Y-%m-%d %H:%M}"
        f" to {each.retired_at:%Y-%m-%d %H:%M} UTC{f' ({each.note})' if each.note else ''}"
        for each in books.history
        if each.activated_at and each.retired_at
    ]
    return "\n".join(lines)


def export() -> bytes:
    """The bundled book's file."""
    from adapters.pricing.files import JsonPriceBookFiles

    return JsonPriceBookFiles().bundled()


def stage(content: bytes | None) -> str:
    """Keep a book, or look at the one that is kept; what it would change."""
    with reachable_container() as container:
        return _shown(container.stage_price_book()(content))


def activate(reason: str | None) -> str:
    """Put the staged book in force."""
    with reachable_container() as container:
        found = container.activate_price_book()(reason)
    return f"The price book {found.book.book_version} is in force, everywhere within seconds."


def discard() -> str:
    """Forget the staged book. Raises ``NotFound``."""
    with reachable_container() as container:
        container.discard_price_book()()
    return "The staged price book is forgotten."


def use_bundled() -> str:
    """Back to the bundled book."""
    with reachable_container() as container:
        was_active = container.return_to_bundled_book()()
    return "The bundled price book is in force" + ("." if was_active else " already.")


def _shown(found: StagedBook) -> str:
    *lines, counted = summary(found.changes)
    shown = lines[:_MOST_LINES]
    if len(lines) > len(shown):
        shown.append(f"... and {len(lines) - len(shown)} more lines")
    refused = [f"refused: {refusal.detail}" for refusal in found.refusals[:_MOST_LINES]]
    accept = ' --accept "the reason"' if refused else ""
    following = f"To put it in force: truecompute prices activate{accept}"
    return "\n".join([*shown, *refused, f"Staged {found.book.book_version}: {counted}.", following])
