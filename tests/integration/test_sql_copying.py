"""What COPY stores is what was given, whatever characters a sender chose."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, make_url, text

from adapters.sql.copy_format import Value, array_text, bytes_text, json_text
from adapters.sql.copying import copy_rows

WORDS = st.sampled_from(
    ["", "None", "None\tNone", "\\N", "\\.", "\n", "\r\n", "\x01", "\x01\x01", '"', '{"a"}', "NULL"]
)
TEXTS = WORDS | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def connection(empty_database_url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(empty_database_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        connection.execute(
            text(
                "CREATE TEMPORARY TABLE written (one text, other text, words text[],"
                " document json, raw bytea, amount numeric, at timestamptz, number int)"
            )
        )
        yield connection
    engine.dispose()


def written(connection: Connection, *rows: tuple[Value, ...]) -> list[tuple[object, ...]]:
    """The rows as they are read again."""
    connection.execute(text("DELETE FROM written"))
    columns = ("one", "other", "words", "document", "raw", "amount", "at", "number")
    numbered = [(*row, number) for number, row in enumerate(rows)]
    copy_rows(connection, "written", columns, numbered)
    found = connection.execute(text("SELECT * FROM written ORDER BY number"))
    return [tuple(row)[:-1] for row in found]


@MANY
@given(one=TEXTS | st.none(), other=TEXTS | st.none(), words=st.lists(TEXTS), raw=st.binary())
@example(one="None", other=None, words=[], raw=b"")
@example(one="a\tb", other="None", words=["\\", '"', "None", "", "a,b"], raw=b"\x00\\")
def test_texts_and_bytes_come_back_as_they_were(
    connection: Connection, one: str | None, other: str | None, words: list[str], raw: bytes
) -> None:
    document = {"one": one, "words": words}
    row = (one, other, array_text(words), json_text(document), bytes_text(raw), None, None)
    plain = ("a", None, array_text(["b"]), json_text({}), bytes_text(b"c"), None, None)
    assert written(connection, plain, row, plain) == [
        ("a", None, ["b"], {}, b"c", None, None),
        (one, other, words, document, raw, None, None),
        ("a", None, ["b"], {}, b"c", None, None),
    ]


@pytest.mark.parametrize("one", ["a", "None\t"])
@pytest.mark.parametrize("amount", [Decimal("0E-12"), Decimal("1E-7"), Decimal("123456789.10")])
def test_amounts_and_times_are_exact_beside_any_text(
    connection: Connection, one: str, amount: Decimal
) -> None:
    at = datetime(2026, 11, 29, 23, 59, 59, 999999, tzinfo=UTC)
    (found,) = written(connection, (one, None, None, None, None, amount, at))
    assert found == (one, None, None, None, None, amount, at)


def test_more_rows_than_are_sent_at_once_are_all_stored(connection: Connection) -> None:
    rows: list[tuple[Value, ...]] = [(f"row {n}", *(None,) * 6) for n in range(200)]
    assert written(connection, *rows) == rows
    assert written(connection) == []
