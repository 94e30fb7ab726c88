"""The Flask application, put together from a container."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from entrypoints.container import Container
from entrypoints.http import assets, errors, requests, texts
from entrypoints.http.api import (
    accounts,
    alerts,
    budgets,
    channels,
    doors,
    events,
    health,
    keys,
    organizations,
    prices,
    pricing_terms,
    repricings,
    reservations,
    traces,
    unpriced,
    usage,
)
from entrypoints.http.authentication import Authentication
from entrypoints.http.bodies import LARGEST_DOCUMENT
from entrypoints.http.converters import EventIdConverter, LastNameConverter, NameConverter
from entrypoints.http.errors import ProblemApi
from entrypoints.http.json_provider import StrictJsonProvider
from entrypoints.http.metrics import metrics_blueprint
from entrypoints.http.openapi import SPEC_OPTIONS, describe_fields
from entrypoints.http.pages import pages_blueprint
from entrypoints.http.reference import reference_blueprint
from entrypoints.http.texts import TRANSLATIONS


def create_app(container: Container, *, translations: Path = TRANSLATIONS) -> Flask:
    """An application whose use cases come from ``container``; nothing is connected yet."""
    settings = container.settings()
    app = Flask(__name__)
    app.json = StrictJsonProvider(app)
    app.config.update(
        SPEC_OPTIONS,
        MAX_CONTENT_LENGTH=LARGEST_DOCUMENT,
        COOKIES_ARE_SECURE=settings.cookies_are_secure,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    # An event's id may hold anything, also two slashes in a row.
    app.url_map.merge_slashes = False
    app.url_map.converters["event_id"] = EventIdConverter
    app.url_map.converters["name"] = NameConverter
    app.url_map.converters["last_name"] = LastNameConverter
    _trust_proxies(app, settings.trusted_proxies)
    metrics = container.metrics()
    metrics.watch(container.engine())
    requests.install(app, is_https=settings.cookies_are_secure, answered=metrics.answered)
    Authentication(
        container.authenticate_session(), container.authenticate_key(), app_url=settings.app_url
    ).install(app)
    errors.install(app)
    assets.install(app)
    texts.install(app, language=settings.pages_language, folder=translations)
    _register(app, container)
    return app


def _register(app: Flask, container: Container) -> None:
    api = ProblemApi(app)
    describe_fields(api)
    for blueprint in (
        accounts.blueprint(container),
        organizations.blueprint(container),
        keys.blueprint(container),
        events.blueprint(container),
        doors.blueprint(container),
        traces.blueprint(container),
        usage.blueprint(container),
        prices.blueprint(container),
        unpriced.blueprint(container),
        *pricing_terms.blueprints(container),
        repricings.blueprint(container),
        budgets.blueprint(container),
        reservations.blueprint(container),
        alerts.blueprint(container),
        channels.channels_blueprint(container),
        channels.deliveries_blueprint(container),
        health.blueprint(container),
    ):
        api.register_blueprint(blueprint)
    app.register_blueprint(reference_blueprint(api))
    app.register_blueprint(metrics_blueprint(container))
    app.register_blueprint(pages_blueprint(container))


def _trust_proxies(app: Flask, hops: int) -> None:
    if hops:
        # Only as many forwarded addresses as there are proxies of ours; senders make up the rest.
        fixed = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = fixed  # type: ignore[method-assign]
