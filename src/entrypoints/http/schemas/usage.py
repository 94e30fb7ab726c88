"""What the usage route is asked, and what it answers."""

from collections.abc import Mapping
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate

from domain.errors import Invalid
from domain.period import Interval
from domain.providers import canonical_provider
from domain.report import Dimension, EventFilter, EventSort, TagDimension
from domain.row_order import RowSort, SortOrder
from domain.tags import LONGEST_TAG_NAME
from domain.text import has_unstorable
from entrypoints.http.schemas.events import EventSchema
from entrypoints.http.schemas.fields import Text, Timestamp
from entrypoints.http.schemas.lists import DEFAULT_ROWS, MOST_ROWS, FormatQuerySchema
from entrypoints.http.schemas.measures import MeasuresSchema, SeriesPointSchema

VIEWS = ("overview", "providers", "models", "queries", "series", "changes")
GROUPS = ("project", "environment", "user", "api_key", "operation")
SORTS = tuple(dict.fromkeys([*map(str, EventSort), *map(str, RowSort)]))
_TAG = "tag."
_Sort = TypeVar("_Sort", EventSort, RowSort)
_MOST_VALUES = 100


def _filter() -> fields.List[str]:
    return fields.List(
        Text(validate=validate.Length(max=256)), validate=validate.Length(max=_MOST_VALUES)
    )


class RangeQuerySchema(Schema):
    """The range and the filters, which all views share."""

    from_ = Timestamp(data_key="from", load_default=None, metadata={"format": "date-time"})
    to = Timestamp(load_default=None, metadata={"format": "date-time"})
    tz = Text(load_default="UTC", metadata={"description": "IANA name"})
    provider = _filter()
    model = _filter()
    project = _filter()
    environment = _filter()
    user = _filter()
    api_key = _filter()
    operation = _filter()
    session = _filter()
    trace_id = _filter()
    provider_request_id = _filter()
    status = fields.List(Text(validate=validate.OneOf(["success", "error"])))
    tags = fields.Raw(load_only=True, metadata={"hidden": True})

    @pre_load
    def gather_tags(self, data: Any, **kwargs: Any) -> dict[str, Any]:
        """Move every ``tag.<name>`` into one mapping."""
        if "tags" in data:
            raise ValidationError("Unknown field.", "tags")
        gathered = {name: data.getlist(name) for name in data if name.startswith(_TAG)}
        rest = {
            name: data.getlist(name) if self._is_list(name) else data[name]
            for name in data
            if name not in gathered
        }
        tags = {name[len(_TAG) :]: values for name, values in gathered.items()}
        _check_tags(tags)
        return {**rest, "tags": tags}

    @post_load
    def gather_filter(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Put the filters into one value under ``filter``."""
        dimensions = {each: tuple(data.pop(each)) for each in Dimension if each in data}
        if sent := dimensions.get(Dimension.PROVIDER):
            meant = tuple(canonical_provider(name, None) for name in sent)
            dimensions[Dimension.PROVIDER] = meant
        tags = {name: tuple(values) for name, values in data.pop("tags").items()}
        return {**data, "filter": EventFilter(dimensions=dimensions, tags=tags)}

    def _is_list(self, name: str) -> bool:
        return isinstance(self.fields.get(name), fields.List)


class UsageQuerySchema(RangeQuerySchema, FormatQuerySchema):
    """Also takes ``tag.<name>``, repeatable like every filter."""

    view = fields.String(load_default="overview", validate=validate.OneOf(VIEWS))
    interval = fields.Enum(Interval, by_value=True, load_default=None)
    group_by = Text(load_default=None, metadata={"description": "With the overview and the series"})
    sort = fields.String(
        load_default=None,
        validate=validate.OneOf(SORTS),
        metadata={"description": f"Queries: {', '.join(EventSort)}; rows: {', '.join(RowSort)}"},
    )
    order = fields.Enum(
        SortOrder, by_value=True, load_default=None, metadata={"description": "Of rows"}
    )
    limit = fields.Integer(load_default=DEFAULT_ROWS, validate=validate.Range(1, MOST_ROWS))
    cursor = Text(load_default=None)


def read_group_by(text: str) -> Dimension | TagDimension:
    """A dimension or ``tag.<name>``.

    Raises:
        Invalid: another text.
    """
    if text in GROUPS:
        return Dimension(text)
    name = text.removeprefix(_TAG)
    if text.startswith(_TAG) and 1 <= len(name) <= LONGEST_TAG_NAME:
        return TagDimension(name)
    raise Invalid.at("/group_by", f"must be one of {', '.join(GROUPS)}, tag.<name>")


def read_sort(text: str | None, kind: type[_Sort], default: _Sort) -> _Sort:
    """One of the orders that a view has.

    Raises:
        Invalid: it is another view's.
    """
    if text is None:
        return default
    if text not in set(kind):
        raise Invalid.at("/sort", f"must be one of {', '.join(kind)} in this view")
    return kind(text)


def _check_tags(tags: Mapping[str, list[str]]) -> None:
    for name, values in tags.items():
        bad = not 1 <= len(name) <= LONGEST_TAG_NAME or len(values) > _MOST_VALUES
        if bad or any(len(value) > 256 or has_unstorable(value) for value in values):
            raise ValidationError("Must have a name and values of a tag.", f"{_TAG}{name}"[:80])


class ReportSchema(Schema):
    view = fields.String(required=True, validate=validate.OneOf(VIEWS))
    from_ = Timestamp(data_key="from", required=True, attribute="span.start")
    to = Timestamp(required=True, attribute="span.end")
    timezone = fields.String(required=True)


class OverviewSchema(ReportSchema):
    interval = fields.Enum(Interval, by_value=True, required=True)
    totals = fields.Nested(MeasuresSchema, required=True)
    previous = fields.Nested(MeasuresSchema, required=True)
    series = fields.List(fields.Nested(SeriesPointSchema), required=True)


class ProviderRowSchema(MeasuresSchema):
    provider = fields.String(required=True)
    share = fields.Float(required=True, allow_none=True)


class ModelRowSchema(ProviderRowSchema):
    model = fields.String(required=True)


class GroupRowSchema(MeasuresSchema):
    group = fields.String(required=True, allow_none=True)
    overflow = fields.Boolean(
        required=True,
        metadata={"description": "The last row, of all values beyond the first thousand"},
    )
    share = fields.Float(required=True, allow_none=True)


class ProvidersSchema(ReportSchema):
    """Costliest first where no other order is asked for, like all rows."""

    data = fields.List(fields.Nested(ProviderRowSchema), required=True)


class ModelsSchema(ReportSchema):
    data = fields.List(fields.Nested(ModelRowSchema), required=True)


class GroupsSchema(ReportSchema):
    """The overview with ``group_by``."""

    data = fields.List(fields.Nested(GroupRowSchema), required=True)


class QueriesSchema(ReportSchema):
    data = fields.List(fields.Nested(EventSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
