"""What the OpenAPI document says about events, which msgspec reads and no schema of marshmallow."""

from typing import Any

import msgspec

from domain.event import LONGEST_DURATION_MS, LONGEST_ID, SENT_TEXTS
from domain.tags import MOST_TAGS
from domain.usage.token_usage import TokenClass, Unit
from entrypoints.http.event_messages import EventMessage
from entrypoints.http.event_values import MOST

#: As the domain checks it.
_LONGEST_TEXT = 256

_EVENT_REF = {"$ref": "#/components/schemas/EventMessage"}
_BATCH = {
    "type": "object",
    "required": ["events"],
    "properties": {
        # What is no event is rejected alone, so the list takes anything.
        "events": {"type": "array", "maxItems": 1000, "items": {"description": "An event"}}
    },
}

#: The body of ingestion, one document in three forms.
EVENTS_BODY = {
    "required": True,
    "description": "One event, a batch, or one event a line; `Content-Encoding: gzip` is allowed",
    "content": {
        "application/json": {"schema": {"anyOf": [_EVENT_REF, _BATCH]}},
        "application/x-ndjson": {"schema": {"type": "string"}},
    },
}

#: Other programs' own documents, which their pages describe.
LITELLM_BODY = {
    "required": True,
    "description": "A StandardLoggingPayload, a list of them, or one a line",
    "content": {
        "application/json": {
            "schema": {"anyOf": [{"type": "object"}, {"type": "array", "maxItems": 1000}]}
        },
        "application/x-ndjson": {"schema": {"type": "string"}},
    },
}
CLOUDEVENTS_BODY = {
    "required": True,
    "description": "A CloudEvent 1.0, or a batch; with `ce-` headers the data alone",
    "content": {
        "application/cloudevents+json": {"schema": {"type": "object"}},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "maxItems": 1000}},
        "application/json": {"schema": {"type": "object", "description": "The event's data"}},
    },
}

_OTLP = "https://github.com/open-telemetry/opentelemetry-proto"
TRACES_BODY = {
    "required": True,
    "description": f"An ExportTraceServiceRequest ({_OTLP}); `Content-Encoding: gzip` is allowed",
    "content": {
        "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
        "application/json": {"schema": {"type": "object"}},
    },
}
TRACES_ANSWER = {
    "200": {
        "description": "An ExportTraceServiceResponse, with `partialSuccess` for refused spans",
        "content": {
            "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}


def event_schemas() -> dict[str, Any]:
    """The schemas of an event and its parts, by name."""
    _, found = msgspec.json.schema_components(
        [EventMessage], ref_template="#/components/schemas/{name}"
    )
    found["EventMessage"]["description"] = "One call. Unknown fields are ignored."
    properties = found["EventMessage"]["properties"]
    for name, bounds in _bounds().items():
        properties[name].update(bounds)
    properties["provider_cost_usd"] = {
        "type": ["string", "number", "null"],
        "minimum": 0,
        "maximum": 1_000_000,
        "default": None,
    }
    properties["usage"] = {
        "type": ["object", "null"],
        "propertyNames": {"enum": [*TokenClass, *Unit]},
        "additionalProperties": {"type": ["number", "null"], "minimum": 0, "maximum": MOST},
        "description": "Canonical: every token stands in exactly one class",
    }
    return found


def _bounds() -> dict[str, dict[str, Any]]:
    """What the domain checks, for the document."""
    text, name = {"maxLength": _LONGEST_TEXT}, {"minLength": 1, "maxLength": _LONGEST_TEXT}
    duration = {"minimum": 0, "maximum": LONGEST_DURATION_MS}
    return {
        **dict.fromkeys((*SENT_TEXTS, "service_tier"), text),
        "id": {"minLength": 1, "maxLength": LONGEST_ID},
        "timestamp": {"format": "date-time"},
        "provider": name,
        "model": name,
        "latency_ms": duration,
        "time_to_first_token_ms": duration,
        "tags": {"maxProperties": MOST_TAGS, "description": "Texts, numbers or booleans"},
    }
