"""PostgreSQL itself refuses amounts, counts and times that no report could show."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import DateTime, Integer, Numeric, make_url
from sqlalchemy.sql.elements import quoted_name

from adapters.sql.engine import create_pool
from adapters.sql.tables import metadata
from adapters.sql.unit_of_work import SqlUnitsOfWork
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import (
    a_budget,
    a_cost,
    a_hash,
    a_member,
    a_quote,
    a_session,
    a_user,
    an_api_key,
    an_event,
    an_invitation,
    an_organization,
)
from tests.builders import NOW
from tests.integration.database import PostgresServer, temporary_database
