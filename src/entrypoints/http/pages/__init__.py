"""The pages: HTML made on the server, whose forms work without scripts."""

from flask import Blueprint

from entrypoints.container import Container
from entrypoints.http.pages import templating
from entrypoints.http.pages.accounts import accounts_pages
from entrypoints.http.pages.budgets import alerts_pages, budgets_pages
from entrypoints.http.pages.channels import channels_pages
from entrypoints.http.pages.dashboard import dashboard_pages
from entrypoints.http.pages.keys import keys_pages
from entrypoints.http.pages.own_prices import own_prices_pages
from entrypoints.http.pages.prices import prices_pages
from entrypoints.http.pages.settings import settings_pages
from entrypoints.http.pages.theme import theme_pages


def pages_blueprint(container: Container) -> Blueprint:
    """All pages, as nested blueprints: ``pages.accounts``, ``pages.dashboard`` and so on."""
    pages = Blueprint("pages", __name__)
    for part in (
        accounts_pages,
        dashboard_pages,
        budgets_pages,
        alerts_pages,
        channels_pages,
        prices_pages,
        own_prices_pages,
        keys_pages,
        settings_pages,
        theme_pages,
    ):
        pages.register_blueprint(part(container))
    templating.install(pages, container.settings(), container.clock())
    return pages
