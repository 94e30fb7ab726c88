"""A CloudEvent whose data is one of our events.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md. Source and id together tell
one event from another, as the specification has it; time and subject stand in for the data's own
timestamp and user.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from domain.errors import Invalid
from domain.event import ReportedEvent
from entrypoints.http.doors.values import event_id
from entrypoints.http.event_messages import read_event

#: Attributes of a request in binary mode come as headers of this prefix.
HEADER = "Ce-"
_JSON = ("application/json", "application/cloudevents+json")


class CloudEvent(msgspec.Struct):
    """The attributes that matter here; extensions are ignored."""

    specversion: str
    id: str
    source: str
    type: str
    time: str | None = None
    subject: str | None = None
    datacontenttype: str | None = None
    data: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


_DECODER = msgspec.json.Decoder(CloudEvent)
_DATA = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_cloud_event(document: bytes) -> ReportedEvent:
    """One in structured mode. Raises ``Invalid``, and msgspec's errors, for what is none."""
    return _reported(_DECODER.decode(document))


def in_binary_mode(headers: Mapping[str, str], body: bytes) -> bytes:
    """The structured form of an event whose attributes are headers."""
    named = {
        name[len(HEADER) :].lower(): value
        for name, value in headers.items()
        if name.title().startswith(HEADER)
    }
    return msgspec.json.encode({**named, "data": msgspec.Raw(body or b"null")})


def _reported(cloud: CloudEvent) -> ReportedEvent:
    if not cloud.specversion.startswith("1."):
        raise Invalid.at("/specversion", "must be 1.0", code="invalid_cloudevent")
    for name in ("id", "source", "type"):
        if not getattr(cloud, name):
            raise Invalid.at(f"/{name}", "must not be empty", code="invalid_cloudevent")
    kind = (cloud.datacontenttype or "application/json").partition(";")[0].strip().lower()
    if kind not in _JSON and not kind.endswith("+json"):
        raise Invalid.at("/datacontenttype", "must be JSON", code="invalid_cloudevent")
    data = _data(cloud.data)
    data["id"] = _raw(event_id(cloud.source, cloud.id))
    if cloud.time is not None:
        data.setdefault("timestamp", _raw(cloud.time))
    if cloud.subject:
        data.setdefault("user", _raw(cloud.subject))
    return read_event(msgspec.json.encode(data))


def _data(raw: msgspec.Raw) -> dict[str, Any]:
    try:
        return dict(_DATA.decode(raw))
    except msgspec.DecodeError:
        raise Invalid.at("/data", "must be an event", code="invalid_cloudevent") from None


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))
