"""OTLP's two encodings of a request for spans, and of its answers.

https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md. In JSON, ids
are hexadecimal and not base64, which is why protobuf's own JSON reader is not used.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.exceptions import BadRequest

from domain.decimals import exact_or_text
from entrypoints.http.doors.spans import Span

if TYPE_CHECKING:  # it takes as long to import as the rest of a request, and few need it
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

PROTOBUF, JSON = "application/x-protobuf", "application/json"
_ERROR = 2
#: Values within values that are still read; deeper ones tell nothing that is asked for.
_DEEPEST = 8


class _Value(msgspec.Struct, rename="camel"):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | str | None = None
    double_value: Any = None
    array_value: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    kvlist_value: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class _KeyValue(msgspec.Struct):
    key: str = ""
    value: _Value | None = None


class _List(msgspec.Struct):
    values: list[Any] = []


class _Resource(msgspec.Struct):
    attributes: list[_KeyValue] = []


class _Scope(msgspec.Struct):
    name: str = ""
    version: str = ""


class _Status(msgspec.Struct):
    code: int | str = 0


class _Span(msgspec.Struct, rename="camel"):
    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    start_time_unix_nano: int | str = 0
    end_time_unix_nano: int | str = 0
    attributes: list[_KeyValue] = []
    status: _Status | None = None


class _ScopeSpans(msgspec.Struct):
    scope: _Scope | None = None
    spans: list[_Span] = []


class _ResourceSpans(msgspec.Struct, rename="camel"):
    resource: _Resource | None = None
    scope_spans: list[_ScopeSpans] = []


class _Request(msgspec.Struct, rename="camel"):
    resource_spans: list[_ResourceSpans] = []


#: One request holds many spans: a number that cannot be must not sink the others.
_DECODER = msgspec.json.Decoder(_Request, float_hook=exact_or_text)


def spans_of_json(body: bytes) -> list[Span]:
    """Raises ``BadRequest`` for what is no such request."""
    try:
        request = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"The body is not OTLP: {error}") from None
    return [
        Span(
            trace_id=span.trace_id.lower(),
            span_id=span.span_id.lower(),
            parent_id=span.parent_span_id.lower(),
            start_ns=_number(span.start_time_unix_nano),
            end_ns=_number(span.end_time_unix_nano),
            is_error=span.status is not None and span.status.code in (_ERROR, "STATUS_CODE_ERROR"),
            attributes=_attributes(span.attributes),
            resource=resource,
            scope_name=scope.name,
            scope_version=scope.version,
        )
        for group in request.resource_spans
        for resource in (_attributes(group.resource.attributes if group.resource else ()),)
        for scoped in group.scope_spans
        for scope in (scoped.scope or _Scope(),)
        for span in scoped.spans
    ]


def spans_of_protobuf(body: bytes) -> list[Span]:
    """Raises ``BadRequest`` for what is no such request."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        request = _request_class().FromString(body)
    except DecodeError as error:
        raise BadRequest(f"The body is not OTLP: {error}") from None
    return [
        Span(
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_id=span.parent_span_id.hex(),
            start_ns=span.start_time_unix_nano,
            end_ns=span.end_time_unix_nano,
            is_error=span.status.code == _ERROR,
            attributes=dict(_pairs(span.attributes)),
            resource=resource,
            scope_name=scoped.scope.name,
            scope_version=scoped.scope.version,
        )
        for group in request.resource_spans
        for resource in (dict(_pairs(group.resource.attributes)),)
        for scoped in group.scope_spans
        for span in scoped.spans
    ]


def answer(media_type: str, rejected: int, reason: str) -> bytes:
    """``ExportTraceServiceResponse``; an empty one says that all is well."""
    if media_type == JSON:
        partial = {"rejectedSpans": str(rejected), "errorMessage": reason}
        return msgspec.json.encode({"partialSuccess": partial} if rejected else {})
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTracePartialSuccess,
        ExportTraceServiceResponse,
    )

    if not rejected:
        return bytes(ExportTraceServiceResponse().SerializeToString())
    partial_success = ExportTracePartialSuccess(rejected_spans=rejected, error_message=reason)
    return bytes(ExportTraceServiceResponse(partial_success=partial_success).SerializeToString())


def status_message(message: str) -> bytes:
    """A protobuf ``google.rpc.Status`` with its message alone, field 2."""
    text = message.encode()[:1000]
    size, head = len(text), bytearray([0x12])
    while size > 0x7F:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*head, size]) + text


@cache
def _request_class() -> Any:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTraceServiceRequest,
    )

    return ExportTraceServiceRequest


def _number(value: int | str) -> int:
    """An integer of 64 bits, which JSON may write as a text."""
    try:
        return int(value)
    except ValueError:
        raise BadRequest("The body is not OTLP: a time is not a whole number.") from None


def _attributes(pairs: Iterable[_KeyValue]) -> dict[str, Any]:
    return {pair.key: _scalar(pair.value) for pair in pairs if pair.value is not None}


def _scalar(value: _Value) -> object:
    if value.string_value is not None:
        return value.string_value
    if value.bool_value is not None:
        return value.bool_value
    if value.int_value is not None:
        return _number(value.int_value)
    if isinstance(value.double_value, int | Decimal | str):
        return value.double_value
    if bytes(value.array_value):
        return _listed(value.array_value)
    return None


def _listed(raw: msgspec.Raw) -> list[Any]:
    """The texts of a list, which is all that is asked for."""
    try:
        values = msgspec.json.decode(raw, type=_List).values
    except (msgspec.DecodeError, RecursionError):
        return []
    return [
        each["stringValue"]
        for each in values
        if isinstance(each, Mapping) and "stringValue" in each
    ]


def _pairs(attributes: "Iterable[KeyValue]") -> Iterator[tuple[str, Any]]:
    for pair in attributes:
        yield pair.key, _plain(pair.value, _DEEPEST)


def _plain(value: "AnyValue", depth: int) -> Any:
    kind = value.WhichOneof("value")
    if kind == "double_value":
        return Decimal(repr(value.double_value))
    if kind == "array_value":
        return [_plain(each, depth - 1) for each in value.array_value.values] if depth else []
    if kind in ("string_value", "bool_value", "int_value"):
        return getattr(value, kind)
    return None
