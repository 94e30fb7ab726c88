"""The sample programs send their events: all of the quarter at first, later what is missing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from application.ingestion.ingest_events import IngestEventsRequest
from application.keys.create_key import CreateKeyRequest
from application.keys.list_keys import ListKeysRequest
from application.reports.list_events import ListEventsRequest
from domain.api_key import ApiKey
from domain.event import OLDEST
from domain.organization import Organization
from domain.report import Dimension, EventFilter
from domain.user import User
from entrypoints.container import Container
from entrypoints.demo.events import SentEvent, events_between
from entrypoints.demo.workloads import BATCH_KEY, SERVICES_KEY

#: As many as a request may hold.
_BATCH = 1_000
#: The oldest events must not come of age while they wait for their turn.
_OLDEST_SENT = OLDEST - timedelta(hours=12)


def send_missing(
    container: Container,
    organization: Organization,
    user: User,
    *,
    now: datetime,
    span: timedelta,
    rng_seed: int,
) -> None:
    """Store the events of ``span`` before ``now`` that no run before has stored.

    Each key's events are sent oldest first, so all that is missing is newer than its newest one.
    """
    keys = _keys(container, organization, user)
    newest = [_newest(container, key, now) for key in keys.values()]
    since = max(now - min(span, _OLDEST_SENT), min(newest))
    anchor = organization.created_at.astimezone(UTC).date()
    found = events_between(since, now, anchor=anchor, rng_seed=rng_seed)
    for start in range(0, len(found), _BATCH):
        _send(container, keys, found[start : start + _BATCH])
    with container.units_of_work()() as uow:
        for key in keys.values():
            uow.api_keys.mark_used(organization.id, key.id, now)
        uow.commit()


def _keys(container: Container, organization: Organization, user: User) -> dict[str, ApiKey]:
    """The sample programs' keys by name. They are not the first key, which is the visitor's."""
    request = ListKeysRequest(organization_id=organization.id, limit=500)
    known = {key.name: key for key in container.list_keys()(request)}
    return {
        name: known.get(name) or _new_key(container, organization, user, name)
        for name in (SERVICES_KEY, BATCH_KEY)
    }


def _new_key(container: Container, organization: Organization, user: User, name: str) -> ApiKey:
    request = CreateKeyRequest(organization_id=organization.id, created_by=user.id, name=name)
    key: ApiKey = container.create_key()(request).key
    return key


def _newest(container: Container, key: ApiKey, now: datetime) -> datetime:
    """When the newest event of a key began; as good as never where it has none."""
    page = container.list_events()(
        ListEventsRequest(
            organization_id=key.organization_id,
            start=now - OLDEST,
            filter=EventFilter({Dimension.API_KEY: (key.id,)}),
            limit=1,
        )
    )
    return page.events[0].reported.timestamp if page.events else now - OLDEST


def _send(container: Container, keys: Mapping[str, ApiKey], found: Sequence[SentEvent]) -> None:
    for name, key in keys.items():
        request = IngestEventsRequest(
            organization_id=key.organization_id,
            api_key_id=key.id,
            items=[sent.event for sent in found if sent.key == name],
        )
        container.ingest_events()(request)
